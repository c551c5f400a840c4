using CrmCloud.Core.Customers;
using CrmCloud.Core.Interactions;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Rules;

/// <summary>What kind of value something has, and so what it is compared with.</summary>
public enum RuleValueType
{
    Number,

    /// <summary>Compared with an amount in the tenant's currency, such as 12.50 GBP.</summary>
    Money,

    /// <summary>Compared by = and != only.</summary>
    Text,

    /// <summary>One of `values`; compared by = and != only, but for idic_stage, whose values are in order.</summary>
    Enum,
    Date,

    /// <summary>Compared by = and != only.</summary>
    Boolean,

    /// <summary>Texts; = asks whether one of them is equal, != whether none is.</summary>
    List,
}

/// <summary>Something that a rule may compare: an attribute, a metric, or a field of an event.</summary>
/// <param name="Name">As a rule writes it: country, recency, order.amount.</param>
/// <param name="Values">Where there is a fixed list of them.</param>
public sealed record RuleField(
    string Name, string Label, RuleValueType Type, IReadOnlyList<RuleOperator> Operators,
    IReadOnlyList<string>? Values);

/// <summary>The names a tenant's rules may use. Made by the caller from what the tenant has.</summary>
public sealed class RuleVocabulary
{
    /// <summary>
    /// Standard fields of a customer, beside his attributes; an attribute of the same key is hidden.
    /// </summary>
    internal static readonly IReadOnlyDictionary<string, RuleType> StandardFields = new Dictionary<string, RuleType>
    {
        ["kind"] = RuleType.Choice(RuleNames.All<CustomerKind>()),
        ["display_name"] = RuleType.Text,
        ["email"] = RuleType.Text,
        ["phone"] = RuleType.Text,
        ["birth_date"] = RuleType.Date,
        ["language"] = RuleType.Text,
        ["country"] = RuleType.Text,
    };

    /// <summary>Personal data among the standard fields.</summary>
    internal static readonly string[] PersonalFields = ["display_name", "email", "phone", "birth_date"];

    private readonly Dictionary<string, RuleType> _attributes = new(StandardFields, StringComparer.Ordinal);
    private readonly Dictionary<string, AttributeDefinition> _definitions = new(StringComparer.Ordinal);

    public RuleVocabulary(PeriodCalendar calendar, Currency currency)
    {
        (Calendar, Currency) = (calendar, currency);
    }

    [GraphQLIgnore]
    public PeriodCalendar Calendar { get; }

    /// <summary>The only currency that amounts may be written in.</summary>
    public Currency Currency { get; }

    /// <summary>The tenant's attributes.</summary>
    [GraphQLIgnore]
    public IReadOnlyList<AttributeDefinition> Attributes
    {
        get;
        init
        {
            field = value;
            foreach (var definition in value.Where(d => !StandardFields.ContainsKey(d.AttributeKey)))
            {
                _definitions[definition.AttributeKey] = definition;
                _attributes[definition.AttributeKey] = RuleType.Of(definition);
            }
        }
    } = [];

    /// <summary>
    /// Types found among the tenant's interactions, of up to 100 in each of his partitions. Rules may name others; a
    /// warning says so.
    /// </summary>
    public IReadOnlyCollection<string>? InteractionTypes { get; init; }

    /// <summary>
    /// Purposes found among the tenant's consents, of up to 100 in each of his partitions. Rules may name others; a
    /// warning says so.
    /// </summary>
    public IReadOnlyCollection<string>? Purposes { get; init; }

    /// <summary>Keys of the tenant's segments. Null where they are not known: then every name is accepted.</summary>
    public IReadOnlyCollection<string>? Segments { get; init; }

    /// <summary>Highest RFM score, 2 to 10.</summary>
    public int ScoreScale { get; init; } = 5;

    public string Grammar => RuleText.Grammar;

    /// <summary>
    /// Everything that can be compared: attributes, metrics, fields of transactions and of interactions.
    /// </summary>
    public IReadOnlyList<RuleField> Fields =>
    [
        .. _attributes.Select(pair => Field(
            pair.Key, _definitions.GetValueOrDefault(pair.Key)?.Label ?? pair.Key, pair.Value)),
        .. Enum.GetValues<RuleMetric>()
            .Select(metric => Field(RuleWords.Of(metric), RuleWords.Of(metric), RuleType.Of(metric))),
        .. EventKinds.Transactions.SelectMany(name => EventKinds.FieldsOf(name)
            .Select(f => Field($"{name}.{f.Name}", f.Name, f.Type))),
        .. EventKinds.InteractionFields.Select(f => Field($"interaction.{f.Name}", f.Name, f.Type)),
    ];

    internal RuleType? AttributeType(string name) => _attributes.GetValueOrDefault(name);

    internal IEnumerable<string> AttributeNames => _attributes.Keys;

    internal bool IsPersonal(string attribute) =>
        PersonalFields.Contains(attribute) || _definitions.GetValueOrDefault(attribute)?.Pii is not null;

    internal IEnumerable<string> EventNames => EventKinds.Transactions.Concat(InteractionTypes ?? []);

    private static RuleField Field(string name, string label, RuleType type) =>
        new(name, label, type.Type, type.Operators, type.Values);
}

/// <summary>A type with what belongs to it.</summary>
internal sealed record RuleType(RuleValueType Type, IReadOnlyList<string>? Values = null, bool IsOrdered = true)
{
    private static readonly RuleOperator[] Equality = [RuleOperator.Eq, RuleOperator.Ne];

    public static RuleType Number { get; } = new(RuleValueType.Number);

    public static RuleType Money { get; } = new(RuleValueType.Money);

    public static RuleType Date { get; } = new(RuleValueType.Date);

    public static RuleType Text { get; } = new(RuleValueType.Text, IsOrdered: false);

    public IReadOnlyList<RuleOperator> Operators => IsOrdered ? Enum.GetValues<RuleOperator>() : Equality;

    public static RuleType Choice(IReadOnlyList<string> values, bool isOrdered = false) =>
        new(RuleValueType.Enum, values, isOrdered);

    public static RuleType Of(AttributeDefinition definition) => definition.Type switch
    {
        AttributeType.Number => Number,
        AttributeType.Boolean => new(RuleValueType.Boolean, IsOrdered: false),
        AttributeType.Date => Date,
        AttributeType.Enum => Choice(definition.Allowed ?? []),
        AttributeType.List => new(
            RuleValueType.List, definition.Allowed is { Count: > 0 } allowed ? allowed : null, IsOrdered: false),
        _ => Text,
    };

    public static RuleType Of(RuleMetric metric) => metric switch
    {
        RuleMetric.Monetary or RuleMetric.NetMonetary => Money,
        RuleMetric.Lifecycle => Choice(RuleNames.All<Lifecycle>()),
        RuleMetric.IdicStage => Choice(RuleNames.All<IdicStage>(), isOrdered: true),
        _ => Number,
    };
}

internal enum EventField
{
    Amount,
    Kind,
    Satisfaction,
    Channel,
    Direction,
}

internal sealed record EventFieldType(string Name, EventField Field, RuleType Type);

/// <summary>The events of the language and what packed histories keep of each.</summary>
internal static class EventKinds
{
    private static readonly EventFieldType Amount = new("amount", EventField.Amount, RuleType.Money);

    private static readonly EventFieldType[] OrderFields =
        [Amount, new("kind", EventField.Kind, RuleType.Choice(["purchase", "renewal"]))];

    // Orders are qualifying ones; see EventMatch.
    public static readonly string[] Transactions =
        ["order", "purchase", "renewal", "refund", "cancellation", "quote", "lead"];

    public static readonly EventFieldType[] InteractionFields =
    [
        new("satisfaction", EventField.Satisfaction, RuleType.Number),
        new("channel", EventField.Channel, RuleType.Choice(RuleNames.ChannelNames)),
        new("direction", EventField.Direction, RuleType.Choice(RuleNames.All<FlowDirection>())),
    ];

    public static EventFieldType[] FieldsOf(string eventName) =>
        eventName == "order" ? OrderFields : Transactions.Contains(eventName) ? [Amount] : InteractionFields;
}
