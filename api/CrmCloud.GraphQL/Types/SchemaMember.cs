using System.Collections;
using System.Diagnostics.CodeAnalysis;
using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Types;

/// <summary>Anything in a schema that has a name: types, fields, arguments, enum values, directives.</summary>
public abstract class SchemaMember(string name)
{
    public string Name { get; } = name;

    public string? Description { get; internal set; }

    /// <summary>Null when not deprecated; may be empty, which is deprecated without a reason.</summary>
    public string? DeprecationReason { get; internal set; }

    public bool IsDeprecated => DeprecationReason is not null;

    /// <summary>
    /// Directives applied in the schema, in the order written; without deprecated, specifiedBy and oneOf.
    /// </summary>
    public IReadOnlyList<AppliedDirective> AppliedDirectives => Applied;

    internal List<AppliedDirective> Applied { get; } = [];

    /// <summary>
    /// The definition this was built from, so that an error can point at it; null when built from code.
    /// </summary>
    internal SyntaxNode? Syntax { get; set; }

    /// <summary>The <c>extend</c> definitions that added to this one.</summary>
    internal List<SyntaxNode> Extensions { get; } = [];

    public override string ToString() => Name;
}

/// <summary>A directive as it stands on a member of the schema.</summary>
public sealed record AppliedDirective(string Name, IReadOnlyList<AppliedArgument> Arguments);

/// <summary>One argument of an applied directive; the value is a constant.</summary>
public sealed record AppliedArgument(string Name, ValueNode Value);

/// <summary>Members in the order they were declared, found by name in constant time.</summary>
/// <remarks>
/// A name declared twice is kept in the list, so that validation can report it; lookup gives the first.
/// </remarks>
public sealed class MemberList<T> : IReadOnlyList<T>
    where T : SchemaMember
{
    private readonly List<T> _items = [];
    private readonly Dictionary<string, T> _byName = new(StringComparer.Ordinal);

    public int Count => _items.Count;

    public T this[int index] => _items[index];

    public T? Find(string name) => _byName.GetValueOrDefault(name);

    public bool TryFind(string name, [NotNullWhen(true)] out T? member) => _byName.TryGetValue(name, out member);

    public IEnumerator<T> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void Add(T member)
    {
        _items.Add(member);
        _byName.TryAdd(member.Name, member);
    }
}
