using System.Text.Json.Serialization;
using CrmCloud.Core.Pipeline;
using CrmCloud.Store;

namespace CrmCloud.Core.Jobs;

/// <summary>
/// A document that a consumer could not process, and why. The consumer went on without it; it is tried again on
/// request and by the recount.
/// </summary>
public sealed record DeadLetter : IDocument
{
    public required string Consumer { get; init; }

    [CrmCloud.GraphQL.Binding.GraphQLIgnore]
    public required Container SourceContainer { get; init; }

    [CrmCloud.GraphQL.Binding.GraphQLIgnore]
    public required string SourcePartition { get; init; }

    public required string SourceId { get; init; }

    /// <summary>The version that failed; a newer one is tried on its own.</summary>
    public required long SourceVersion { get; init; }

    /// <summary>Kind of trouble in our own words; never a value from the document.</summary>
    public required string Reason { get; init; }

    public required DateTimeOffset FirstAt { get; init; }

    public required DateTimeOffset LastAt { get; init; }

    public int Attempts { get; init; } = 1;

    [CrmCloud.GraphQL.Binding.GraphQLIgnore]
    public long Version { get; init; }

    [JsonIgnore]
    public DocumentKey Key => KeyOf(Consumer, Source);

    [JsonIgnore]
    public DocumentKey Source => new(SourceContainer, SourcePartition, SourceId);

    [JsonIgnore]
    public TimeSpan? TimeToLive => TimeSpan.FromDays(30);

    /// <summary>One letter for each consumer and document, however often it fails.</summary>
    public static DocumentKey KeyOf(string consumer, DocumentKey source) => new(
        Container.DeadLetters, "",
        $"deadletter/{consumer}/{KeyHash.Of(source.Container.ToString(), source.Partition, source.Id)}");
}
