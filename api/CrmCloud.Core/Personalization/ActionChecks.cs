using CrmCloud.Core.Rules;
using CrmCloud.Core.Segments.Api;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Personalization;

/// <summary>What an action must be beyond what each field says of itself.</summary>
internal sealed class ActionChecks(Caller caller, SegmentRulebook book)
{
    private const decimal MostControl = 90;

    private readonly List<Problem> _problems = [];
    private readonly Tenant _tenant = caller.Tenant;

    public IReadOnlyList<Problem> Problems => _problems;

    public void Check(ActionInput input)
    {
        if (input.Channels.Distinct().Count() < input.Channels.Count)
        {
            Add("input.channels", "Name each channel once.");
        }

        if (input.Content.DistinctBy(c => c.Language, StringComparer.OrdinalIgnoreCase).Count() < input.Content.Count)
        {
            Add("input.content", "Each language has one content.");
        }

        if (input.Window.Value is { } window && window.From >= window.To)
        {
            Add("input.window.to", "window.to must be after window.from; it is the day after the last one.");
        }

        if (input.Control is < 0 or > MostControl)
        {
            _problems.Add(Shared.Problems.OutOfRange("input.control", "From 0 to 90 percent points."));
        }

        if (input.Cap.Value?.Check("input.cap") is { } span)
        {
            _problems.Add(span);
        }
    }

    /// <summary>The amount in minor units; null where none was given, or where it is a problem.</summary>
    public long? Minor(Optional<MoneyInput?> given, string path, long least)
    {
        if (given.Value is not { } money)
        {
            return null;
        }

        if (money.Currency != _tenant.Money)
        {
            Add($"{path}.currency", $"Amounts are in {_tenant.Currency}.", [_tenant.Currency]);
            return null;
        }

        if (!Money.TryFrom(money.Amount, _tenant.Money, out var amount) || !Money.IsExact(money.Amount, _tenant.Money))
        {
            Add($"{path}.amount", $"At most {_tenant.Money.Decimals} decimals, and at most 9e16 minor units.");
            return null;
        }

        if (amount.MinorUnits < least)
        {
            _problems.Add(Shared.Problems.OutOfRange(
                $"{path}.amount", least > 0 ? "The amount must be above 0." : "The amount cannot be below 0."));
        }

        return amount.MinorUnits;
    }

    /// <summary>Canonical text of a rule; null where none was given, or where it is faulty.</summary>
    public string? Rule(SegmentRuleInput? rule, string path)
    {
        if (rule is null)
        {
            return null;
        }

        var compiled = book.Compiler.Compile(rule, path);
        _problems.AddRange(compiled.Problems);
        if (compiled.Succeeded && PersonalRules.Refuse(compiled.Value, book, caller, path) is { } refusal)
        {
            _problems.Add(refusal);
        }

        return compiled.Succeeded ? compiled.Value.Text : null;
    }

    private void Add(string at, string message, IReadOnlyList<string>? allowed = null) =>
        _problems.Add(Shared.Problems.Invalid(at, message, allowed));
}
