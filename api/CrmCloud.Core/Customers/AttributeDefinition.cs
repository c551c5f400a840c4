using System.Text.Json.Serialization;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;
using CrmCloud.Store;

namespace CrmCloud.Core.Customers;

public enum AttributeType
{
    String,
    Number,
    Boolean,
    Date,

    /// <summary>One of the allowed texts.</summary>
    Enum,

    /// <summary>Up to 50 texts, each one of the allowed ones where there are any.</summary>
    List,
}

/// <summary>Which value stays when an upsert with MERGE_POLICY brings another one.</summary>
public enum MergePolicy
{
    MostRecent,

    /// <summary>Of two texts the longer one, of two lists the one with more items; otherwise the newer value.</summary>
    Longest,

    /// <summary>The value that is there; the answer warns that a person has to decide.</summary>
    Manual,
}

/// <summary>A typed attribute that customers of the tenant may have. At most 200 per tenant.</summary>
public sealed record AttributeDefinition : IDocument, IVersioned
{
    public const int Most = 200;

    /// <summary>1 to 60 of a-z, 0-9 and '_', a letter first.</summary>
    [GraphQLName("key")]
    public required string AttributeKey { get; init; }

    public required string Label { get; init; }

    public required AttributeType Type { get; init; }

    /// <summary>Set where values are personal data; they are then masked as such.</summary>
    public PiiClass? Pii { get; init; }

    /// <summary>A customer cannot be created without it, nor lose it.</summary>
    public bool Required { get; init; }

    public IReadOnlyList<string>? Allowed { get; init; }

    public required MergePolicy MergePolicy { get; init; }

    /// <summary>What it may be used for; empty for any purpose.</summary>
    public IReadOnlyList<string> PurposeLimit { get; init; } = [];

    public long Version { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    [Id, JsonIgnore]
    public string Id => GlobalId.Of("AttributeDefinition", AttributeKey);

    [GraphQLIgnore, JsonIgnore]
    public DocumentKey Key => KeyOf(AttributeKey);

    public static DocumentKey KeyOf(string attributeKey) => new(Container.Master, "", $"attribute/{attributeKey}");
}
