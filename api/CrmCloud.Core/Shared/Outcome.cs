using CrmCloud.Store;

namespace CrmCloud.Core.Shared;

/// <summary>Either a value or the problems that stand in its way.</summary>
public readonly struct Outcome<T>
{
    private readonly T? _value;
    private readonly IReadOnlyList<Problem>? _problems;

    private Outcome(T? value, IReadOnlyList<Problem>? problems) => (_value, _problems) = (value, problems);

    public bool Succeeded => _problems is null;

    public IReadOnlyList<Problem> Problems => _problems ?? [];

    /// <exception cref="InvalidOperationException">There are problems instead.</exception>
    public T Value => Succeeded ? _value! : throw new InvalidOperationException("No value: " + _problems![0].Message);

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Problem problem) => new(default, [problem]);

    public static implicit operator Outcome<T>(List<Problem> problems) => Refuse(problems);

    public static Outcome<T> Refuse(IReadOnlyList<Problem> problems) =>
        problems.Count > 0 ? new(default, problems) : throw new ArgumentException("A refusal names a problem.");
}

/// <summary>
/// A document to be written, beside what it was before, so that the audit entry can say what changed.
/// </summary>
/// <param name="Before">Null for a new document.</param>
/// <param name="After">Null for a deletion; the tombstone stays in the feed.</param>
public sealed record Edit(IDocument? Before, IDocument? After)
{
    public DocumentKey Key => (After ?? Before!).Key;
}

/// <summary>What a mutation decided. It never saves: the pipeline does, or shows it in a dry run.</summary>
/// <param name="Payload">The fields of the mutation's payload, as they are after the change.</param>
public sealed record Change<TPayload>(TPayload Payload)
{
    /// <summary>At most 90, of one container and partition. Empty: nothing to do, which is a success.</summary>
    public IReadOnlyList<Edit> Edits { get; init; } = [];

    /// <summary>
    /// Where there is nothing to do: the document that is as was asked for, so that <c>ifVersion</c> is held to it.
    /// </summary>
    public IDocument? Unchanged { get; init; }

    /// <summary>Unique keys to take before the edits are written. Each names its owner.</summary>
    public IReadOnlyList<Pipeline.Claim> Claims { get; init; } = [];

    /// <summary>Unique keys given up; released after the edits are written.</summary>
    public IReadOnlyList<Pipeline.Claim> Releases { get; init; } = [];

    /// <summary>
    /// Documents of other partitions that this change makes obsolete; deleted after the edits are written, and again
    /// by the workers if the process dies in between (the edited document names them).
    /// </summary>
    public IReadOnlyList<IDocument> Supersedes { get; init; } = [];

    /// <summary>
    /// What the change stands on in another container or partition, such as a customer for his first interaction. At
    /// most 90 of one partition; written first with an audit entry of its own, and worth having even alone.
    /// </summary>
    public IReadOnlyList<Edit> Groundwork { get; init; } = [];

    /// <summary>
    /// New documents of the directory that point to this change (keys); written first, worth nothing alone.
    /// </summary>
    public IReadOnlyList<IDocument> Pointers { get; init; } = [];

    /// <summary>
    /// The change asks a worker for something in a container that no change feed of a host follows, so that the next
    /// timer has to visit the tenant for it.
    /// </summary>
    public bool WantsVisit { get; init; }

    public IReadOnlyList<Warning> Warnings { get; init; } = [];

    /// <summary>
    /// Problems that stand in the way although the payload has something to show. Then nothing is written.
    /// </summary>
    public IReadOnlyList<Problem> Refusals { get; init; } = [];

    /// <summary>The change of one document.</summary>
    public Change<TPayload> With(IDocument? before, IDocument? after) =>
        this with { Edits = [.. Edits, new Edit(before, after)] };
}

/// <summary>The change was made, but the caller should know something.</summary>
/// <param name="Field">Path into the arguments.</param>
public sealed record Warning(string Code, string Message, IReadOnlyList<string>? Field = null);
