using System.Text.Json.Serialization;
using CrmCloud.Core.Audit;
using CrmCloud.Core.Kpis.Api;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Segments;

public enum SegmentKind
{
    /// <summary>Who satisfies the rule is a member, at every moment.</summary>
    Dynamic,

    /// <summary>Members are named one by one.</summary>
    Manual,

    /// <summary>Who satisfied the rule when it was activated stays a member.</summary>
    Snapshot,
}

/// <summary>Differentiation by value, by the aim of the relation, then by need.</summary>
public enum SegmentBasis
{
    Value,
    RelationshipGoal,
    Need,
    Behavior,
    Profile,
    Other,
}

/// <summary>A group of customers, and what makes somebody a member of it.</summary>
/// <remarks>
/// What workers find out about it (size, members, how far they are) is not here: <see cref="Version"/> counts only
/// changes that somebody asked for.
/// </remarks>
[GraphQLName("Segment"), RequiresScope(Scope.SegmentsRead)]
public sealed record SegmentDefinition : IDocument, IVersioned
{
    /// <summary>Definitions of one tenant and mode, built-in ones not counted.</summary>
    public const int Most = 500;

    /// <summary>Revisions kept, the newest ones.</summary>
    public const int MostRevisions = 50;

    /// <summary>Kind of the claim that makes keys unique.</summary>
    public const string ClaimKind = "segment-key";

    /// <summary>32 hex characters; of a built-in segment its key.</summary>
    [GraphQLIgnore]
    public required string SegmentId { get; init; }

    /// <summary>1 to 60 of a-z, 0-9, '-' and '_', a letter first. Rules name it; it never changes.</summary>
    [GraphQLName("key")]
    public required string SegmentKey { get; init; }

    public required string Name { get; init; }

    public string? Description { get; init; }

    public required SegmentKind Kind { get; init; }

    public SegmentBasis Basis { get; init; } = SegmentBasis.Other;

    /// <summary>What it is for; a consent's purpose where it is used to address people.</summary>
    public string? Purpose { get; init; }

    /// <summary>
    /// DRAFT has no members yet; PAUSED keeps those it has, nobody enters or leaves; RETIRED has none any more.
    /// </summary>
    public DefinitionStatus Status { get; init; } = DefinitionStatus.Active;

    /// <summary>Canonical text of the rule; null for a manual segment.</summary>
    [GraphQLIgnore]
    public string? RuleText { get; init; }

    /// <summary>Counts changes of the rule, from 1.</summary>
    public int Revision { get; init; } = 1;

    /// <summary>Oldest first, the current one last; see <see cref="MostRevisions"/>.</summary>
    [GraphQLIgnore]
    public IReadOnlyList<StoredRevision> StoredRevisions { get; init; } = [];

    [Scalar("Version")]
    public long Version { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    [Id, JsonIgnore]
    public string Id => GlobalId.Of("Segment", SegmentId);

    [GraphQLIgnore, JsonIgnore]
    public DocumentKey Key => KeyOf(SegmentId);

    /// <summary>Made by the product from the tenant's settings: not stored, not to be changed.</summary>
    [GraphQLIgnore, JsonIgnore]
    public bool IsBuiltIn => RfmSegments.IsOne(SegmentId);

    public static DocumentKey KeyOf(string segmentId) => new(Container.Master, "", $"segment/{segmentId}");

    /// <summary>The claim on a key; its owner is the segment's id.</summary>
    public static Claim ClaimOn(string segmentKey, string segmentId) =>
        Claim.On(ClaimKind, KeyHash.Of(segmentKey), segmentId);

    /// <summary>The definition with another rule as its next revision.</summary>
    [GraphQLIgnore]
    public SegmentDefinition WithRule(string? ruleText, Actor by, DateTimeOffset at) => ruleText == RuleText
        ? this
        : this with
        {
            RuleText = ruleText,
            Revision = Revision + 1,
            StoredRevisions =
                [.. StoredRevisions.TakeLast(MostRevisions - 1), new StoredRevision(Revision + 1, ruleText, at, by)],
            UpdatedAt = at,
        };
}

/// <summary>A rule that was in force. How many it let in and out when it came is the worker's to say.</summary>
/// <param name="From">When it was saved.</param>
public sealed record StoredRevision(int Revision, string? RuleText, DateTimeOffset From, Actor By);
