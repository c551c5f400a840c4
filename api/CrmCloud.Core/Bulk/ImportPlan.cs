using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Bulk;

/// <summary>Where one field's value comes from.</summary>
/// <param name="Slot">Of the row's cells; -1 for a constant and for the row number.</param>
/// <param name="Dates">Set for instants and days.</param>
public sealed record FieldSource(
    ImportField Field, int Slot, string? Constant, Normalization Transform, DateText? Dates);

/// <summary>A mapping that was checked: which columns are read, and what they become.</summary>
public sealed class ImportPlan
{
    private const string MappingPath = "input.mapping";

    private readonly Dictionary<string, FieldSource> _sources = new(StringComparer.Ordinal);

    private ImportPlan(BulkImportInput input, Tenant tenant) => (Input, Tenant) = (input, tenant);

    public BulkImportInput Input { get; }

    public Tenant Tenant { get; }

    public ImportTarget Target => Input.Target;

    /// <summary>Names of the columns to read, by slot.</summary>
    public List<string> Columns { get; } = [];

    /// <summary>
    /// Slot of the column whose equal values make rows lines of one record; -1 where each row is one.
    /// </summary>
    public int GroupSlot { get; private set; } = -1;

    public RefundRule? Refunds { get; private set; }

    /// <summary>Whether records of facts tell anything of their customer but his id.</summary>
    public bool DescribesCustomer { get; private set; }

    public IEnumerable<FieldSource> Sources => _sources.Values;

    /// <summary>Whether amounts are read in the tenant's currency.</summary>
    public bool UsesCurrency => Target is ImportTarget.Transactions or ImportTarget.Measurements;

    /// <summary>Whether instants are read in the tenant's zone, because the mapping names none.</summary>
    public bool UsesZone { get; private set; }

    /// <summary>Null where the mapping does not name the field.</summary>
    public FieldSource? this[string path] => _sources.GetValueOrDefault(path);

    /// <summary>Reads and checks the mapping; all problems at once, each at its place in the input.</summary>
    public static Outcome<ImportPlan> Of(BulkImportInput input, Tenant tenant)
    {
        var plan = new ImportPlan(input, tenant);
        var problems = new List<Problem>();
        if (input.Mapping is not { Count: > 0 } mapping)
        {
            if (input.Format == BulkFormat.Csv)
            {
                return Problems.Required(MappingPath);
            }

            plan.MapMembers();
            return plan;
        }

        if (!Delimiter.TryParse(input.Delimiter, out _))
        {
            problems.Add(Problems.Invalid(
                "input.delimiter", "One character, `tab` or `whitespace`.", [",", ";", "tab", "whitespace"]));
        }

        for (var i = 0; i < mapping.Count; i++)
        {
            plan.Add(mapping[i], $"{MappingPath}.{i}", problems);
        }

        plan.CheckWhole(problems);
        problems.AddRange(problems.Count > 0 ? [] : ConstantCheck.Problems(input, tenant));
        return problems.Count > 0 ? problems : plan;
    }

    /// <summary>Problems of columns that the file does not have.</summary>
    public List<Problem> Compare(IReadOnlyList<string> header)
    {
        var problems = new List<Problem>();
        for (var i = 0; i < (Input.Mapping?.Count ?? 0); i++)
        {
            var column = Input.Mapping![i].Column;
            if (column is null || header.Count(name => name == column) == 1)
            {
                continue;
            }

            var message = header.Contains(column)
                ? $"The header names '{column}' twice."
                : $"The header has no column '{column}'.";
            problems.Add(Problems.Invalid($"{MappingPath}.{i}.column", message, [.. header.Take(50)]));
        }

        return problems;
    }

    /// <summary>Which of the settings it was made with no longer holds; null while all do.</summary>
    public string? DifferenceTo(Tenant tenant) =>
        UsesCurrency && tenant.Currency != Tenant.Currency
            ? $"The tenant's currency changed from {Tenant.Currency} to {tenant.Currency} during the import; "
                + "start it again."
        : UsesZone && tenant.TimeZone != Tenant.TimeZone
            ? $"The tenant's time zone changed from {Tenant.TimeZone} to {tenant.TimeZone} during the import; "
                + "start it again."
        : null;

    public IRowSource Open(Stream content)
    {
        Func<string, bool>? isKnown = Input.Mapping is { Count: > 0 }
            ? null
            : path => ImportFields.IsMember(Target, path);
        IRowSource rows = Input.Format == BulkFormat.Csv
            ? new CsvRows(content, Delimiter.Parse(Input.Delimiter))
            : new JsonlRows(content, isKnown);
        rows.Select(Columns);
        return rows;
    }

    /// <summary>A plan of one constant, which stands for itself; null when it is no field of the target.</summary>
    public static ImportPlan? OfConstant(ColumnMapping mapping, BulkImportInput input, Tenant tenant)
    {
        var plan = new ImportPlan(input, tenant);
        plan.Add(mapping, "", []);
        return plan._sources.Count == 1 ? plan : null;
    }

    private void MapMembers()
    {
        foreach (var field in ImportFields.Of(Target))
        {
            Columns.Add(ImportFields.MemberOf(Target, field.Path));
            var dates = field.Kind is FieldKind.Instant or FieldKind.Day ? DateText.For(null, Tenant.TimeZone) : null;
            DescribesCustomer |= Describes(field.Path);
            UsesZone |= field.Kind == FieldKind.Instant;
            _sources.Add(field.Path, new(field, Columns.Count - 1, null, Normalization.None, dates));
        }
    }

    private void Add(ColumnMapping mapping, string at, List<Problem> problems)
    {
        if (ImportFields.Find(Target, mapping.Field) is not { } field)
        {
            problems.Add(Problems.Invalid($"{at}.field", $"'{mapping.Field}' is no field of this import.",
                [.. ImportFields.Of(Target).Select(f => f.Path)]));
            return;
        }

        var given = (mapping.Column is null ? 0 : 1)
            + (mapping.Constant is null ? 0 : 1) + (mapping.RowNumberAsId ? 1 : 0);
        if (given != 1)
        {
            problems.Add(Problems.Invalid(at, "Give exactly one of column, constant and rowNumberAsId."));
            return;
        }

        var source = new FieldSource(
            field, SlotOf(mapping.Column), mapping.Constant, mapping.Transform, Dates(mapping, field));
        if (!_sources.TryAdd(field.Path, source))
        {
            problems.Add(Problems.Invalid($"{at}.field", $"'{mapping.Field}' is mapped twice."));
        }

        UsesZone |= field.Kind == FieldKind.Instant && mapping.TimeZone is null;
        DescribesCustomer |= Describes(field.Path);
        Check(mapping, field, at, problems);
        if (mapping is { GroupBy: true, Column: not null })
        {
            GroupSlot = SlotOf(mapping.Column);
        }

        Refunds = mapping.RefundWhen ?? Refunds;
    }

    private static bool Describes(string path) => path.StartsWith("customer.", StringComparison.Ordinal)
        && !path.StartsWith("customer.externalId.", StringComparison.Ordinal);

    private int SlotOf(string? column)
    {
        if (column is null)
        {
            return -1;
        }

        var slot = Columns.IndexOf(column);
        if (slot < 0)
        {
            Columns.Add(column);
            slot = Columns.Count - 1;
        }

        return slot;
    }

    private DateText? Dates(ColumnMapping mapping, ImportField field) =>
        field.Kind is FieldKind.Instant or FieldKind.Day
            ? DateText.For(mapping.DateFormat, mapping.TimeZone ?? Tenant.TimeZone)
            : null;

    private void Check(ColumnMapping mapping, ImportField field, string at, List<Problem> problems)
    {
        var isDate = field.Kind is FieldKind.Instant or FieldKind.Day;
        if (!isDate && (mapping.DateFormat ?? mapping.TimeZone) is not null)
        {
            problems.Add(
                Problems.Invalid(at, $"'{field.Path}' is no date; dateFormat and timeZone do not belong to it."));
        }
        else if (isDate && mapping.TimeZone is { } zone && DateText.For(null, zone) is null)
        {
            problems.Add(Problems.Invalid(
                $"{at}.timeZone", $"'{zone}' is no time zone of the IANA list, such as Europe/London."));
        }
        else if (isDate && Dates(mapping, field) is null)
        {
            problems.Add(Problems.Invalid($"{at}.dateFormat", "The format is not known.",
                ["yyyyMMdd", "dd.MM.yyyy HH:mm", "MM/dd/yyyy"]));
        }

        if (mapping.RowNumberAsId && (field.Path != "externalId.id" || mapping.GroupBy))
        {
            problems.Add(Problems.Invalid($"{at}.rowNumberAsId", "Only for `externalId.id`, and not with groupBy."));
        }

        if (mapping.GroupBy && mapping.Column is null)
        {
            problems.Add(Problems.Invalid($"{at}.groupBy", "Only a column can group rows."));
        }

        if (mapping.RefundWhen is not null && (Target != ImportTarget.Transactions || field.Path != "kind"))
        {
            problems.Add(Problems.Invalid($"{at}.refundWhen", "Only on `kind` of TRANSACTIONS."));
        }
    }

    private void CheckWhole(List<Problem> problems)
    {
        var missing = ImportFields.Of(Target).Where(f => f.Required && !_sources.ContainsKey(f.Path));
        problems.AddRange(missing.Select(f => new InvalidInput(
            UserErrorCode.Required, $"'{f.Path}' must be mapped.", MappingPath)));
        if (Input.Mapping!.Count(m => m.GroupBy) > 1)
        {
            problems.Add(Problems.Invalid(MappingPath, "At most one column can group rows."));
        }

        if (GroupSlot >= 0 && Target != ImportTarget.Transactions)
        {
            problems.Add(Problems.Invalid(MappingPath, "Only TRANSACTIONS have lines to group."));
        }

        if (Target == ImportTarget.Transactions && this["amount"] is null
            && this["items.amount"] is null && this["items.unitPrice"] is null)
        {
            problems.Add(new InvalidInput(
                UserErrorCode.Required, "Map 'amount', 'items.amount' or 'items.unitPrice'.", MappingPath));
        }

        if (this["items.sku"] is null && (this["items.quantity"] ?? this["items.category"]) is not null)
        {
            problems.Add(new InvalidInput(
                UserErrorCode.Required, "'items.sku' must be mapped with other fields of items.", MappingPath));
        }
    }
}
