using CrmCloud.Core.Customers;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Lists;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Rules;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments.Api;

public sealed class SegmentQueries
{
    /// <summary>One segment.</summary>
    [Query, RequiresScope(Scope.SegmentsRead)]
    public async Task<SegmentDefinition?> SegmentAsync(SegmentRef @ref, Caller caller, CancellationToken stop)
    {
        var catalog = await SegmentCatalog.LoadAsync(caller.Store, caller.Tenant, stop);
        return catalog.Find(@ref);
    }

    /// <summary>Built-in ones first (the RFM groups), then by key.</summary>
    [Query, RequiresScope(Scope.SegmentsRead)]
    [ListSize(SlicingArguments = ["first"], SizedFields = ["edges", "nodes"])]
    public async Task<Connection<SegmentDefinition>> SegmentsAsync(
        Caller caller, CancellationToken stop, IReadOnlyList<SegmentKind>? kind = null,
        IReadOnlyList<SegmentBasis>? basis = null, IReadOnlyList<DefinitionStatus>? status = null,
        int first = 50, string? after = null)
    {
        var paging = Paging.Of(caller, first, after, "segments", kind, basis, status);
        var all = (await SegmentCatalog.LoadAsync(caller.Store, caller.Tenant, stop)).All.Where(one =>
            (kind is null || kind.Contains(one.Kind)) && (basis is null || basis.Contains(one.Basis))
            && (status is null || status.Contains(one.Status))).ToList();
        var start = paging.After is { } place ? 1 + all.FindIndex(one => one.SegmentId == place.Id) : 0;
        var page = all.Skip(start).Take(first).Select(one => (one, new Position(null, one.SegmentId))).ToList();
        var count = new Count(all.Count, CountPrecision.Exact, caller.Now);
        return paging.Answer(page, start + page.Count < all.Count, _ => Task.FromResult(count));
    }

    /// <summary>Fields, operators and values a rule may use in this tenant, for building editors.</summary>
    [Query, RequiresScope(Scope.SegmentsRead)]
    public async Task<RuleVocabulary> RuleVocabularyAsync(Caller caller, CancellationToken stop)
    {
        var known = (await SegmentRulebook.LoadAsync(caller, stop)).Compiler.Vocabulary;
        var (types, purposes) = await UsedNames.LoadAsync(caller, stop);
        return new(known.Calendar, known.Currency)
        {
            Attributes = known.Attributes,
            Segments = known.Segments,
            ScoreScale = known.ScoreScale,
            InteractionTypes = types,
            Purposes = purposes,
        };
    }

    /// <summary>
    /// Tries a rule on everybody without saving it: exact size, some members, who would enter and leave.
    /// </summary>
    /// <param name="against">A segment whose members are compared with the rule's.</param>
    /// <param name="sample">0 to 50 customers.</param>
    [Query, RequiresScope(Scope.SegmentsRead), Cost(50)]
    public async Task<SegmentPreview> SegmentPreviewAsync(
        SegmentRuleInput rule, Caller caller, CancellationToken stop, [Id] string? against = null, int sample = 5)
    {
        if (sample is < 0 or > 50)
        {
            throw new GraphQLRequestException("OUT_OF_RANGE", $"sample is {sample}; 0 to 50 customers are accepted.");
        }

        var book = await SegmentRulebook.LoadAsync(caller, stop);
        var compared = against is null ? null : book.FindById(against)
            ?? throw new GraphQLRequestException("NOT_FOUND", "No such segment in `against`.");
        var compiled = book.Compiler.Compile(rule, "rule");
        if (compiled.Succeeded && PersonalRules.Refuse(compiled.Value, book, caller, "rule") is { } refused)
        {
            throw new GraphQLRequestException("FORBIDDEN_FIELD", refused.Message);
        }

        if (!compiled.Succeeded)
        {
            return new(null, [], null, null, null, [.. compiled.Problems.OfType<RuleError>()], null, null);
        }

        var figures = await new SegmentPreviewer(caller.Store, caller.Tenant).RunAsync(
            compiled.Value, compared?.SegmentId, caller.Has(Scope.CustomersRead) ? sample : 0, caller.Now, stop);
        var customers = await CustomerLookup.ByLocalIdsAsync(caller.Store, figures.Sample, stop);
        return new(
            new Count(figures.Size, CountPrecision.Exact, caller.Now),
            [.. figures.Sample.Select(customers.GetValueOrDefault).OfType<Customer>()],
            figures.Entering, figures.Leaving, compiled.Value.Cost(figures.Size), [], compiled.Value.Text,
            compiled.Value.Json) { Warnings = await RuleDoubts.OfAsync(compiled.Value, "rule", caller, stop) };
    }
}
