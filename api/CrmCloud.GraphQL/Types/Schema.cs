using System.Collections.Frozen;
using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Types;

/// <summary>What a schema is made of, before it is one.</summary>
public sealed class SchemaParts
{
    public string? Description { get; init; }

    /// <summary>Any named type, so that a wrong one can be reported; in a valid schema an object type.</summary>
    public NamedType? Query { get; init; }

    public NamedType? Mutation { get; init; }

    public NamedType? Subscription { get; init; }

    /// <summary>All types that are not reachable from the roots; reachable ones may be among them.</summary>
    public IEnumerable<NamedType> Types { get; init; } = [];

    /// <summary>Own directives; the specified ones are added where missing.</summary>
    public IEnumerable<Directive> Directives { get; init; } = [];

    public IReadOnlyList<AppliedDirective> AppliedDirectives { get; init; } = [];

    internal SyntaxNode? Syntax { get; init; }

    internal IReadOnlyList<SyntaxNode> Extensions { get; init; } = [];
}

/// <summary>A finished schema. It never changes and is shared by all requests.</summary>
public sealed class Schema
{
    private readonly FrozenDictionary<string, NamedType> _types;
    private readonly FrozenDictionary<NamedType, FrozenSet<NamedType>> _possible;
    private readonly SchemaParts _parts;

    /// <remarks>Checks nothing; schema validation does.</remarks>
    public Schema(SchemaParts parts)
    {
        _parts = parts;
        foreach (var directive in parts.Directives)
        {
            Directives.Add(directive);
        }

        foreach (var directive in SpecifiedDirectives.All.Where(known => Directives.Find(known.Name) is null))
        {
            Directives.Add(directive);
        }

        Types = TypeCollector.Collect(parts, Directives);
        _types = Types.DistinctBy(type => type.Name).ToFrozenDictionary(type => type.Name, StringComparer.Ordinal);
        _possible = FindPossibleTypes();
    }

    public string? Description => _parts.Description;

    public ObjectType? Query => _parts.Query as ObjectType;

    public ObjectType? Mutation => _parts.Mutation as ObjectType;

    public ObjectType? Subscription => _parts.Subscription as ObjectType;

    /// <summary>Every type of the schema with the built-in and introspection types, in a stable order.</summary>
    public IReadOnlyList<NamedType> Types { get; }

    public MemberList<Directive> Directives { get; } = new();

    public IReadOnlyList<AppliedDirective> AppliedDirectives => _parts.AppliedDirectives;

    internal SchemaParts Parts => _parts;

    public NamedType? FindType(string name) => _types.GetValueOrDefault(name);

    /// <summary>The object types a value of the abstract type may have; the type itself if it is an object.</summary>
    public IReadOnlyCollection<NamedType> PossibleTypes(NamedType type) =>
        type is ObjectType ? [type] : _possible.TryGetValue(type, out var found) ? found.Items : [];

    /// <summary>Whether the object (or interface) implements the interface or belongs to the union.</summary>
    public bool IsPossibleType(NamedType type, NamedType candidate) =>
        ReferenceEquals(type, candidate) || (_possible.TryGetValue(type, out var found) && found.Contains(candidate));

    /// <summary>
    /// Whether a value of <paramref name="type"/> may stand where <paramref name="super"/> is asked for.
    /// </summary>
    public bool IsSubtype(GraphQLType type, GraphQLType super) => (type, super) switch
    {
        (NonNullType a, NonNullType b) => IsSubtype(a.OfType, b.OfType),
        (NonNullType a, _) => IsSubtype(a.OfType, super),
        (ListType a, ListType b) => IsSubtype(a.OfType, b.OfType),
        (NamedType a, UnionType b) => ReferenceEquals(a, b) || b.Members.Contains(a),
        (FieldsType a, InterfaceType b) => ReferenceEquals(a, b) || a.Interfaces.Contains(b),
        _ => ReferenceEquals(type, super),
    };

    private FrozenDictionary<NamedType, FrozenSet<NamedType>> FindPossibleTypes()
    {
        var possible = new Dictionary<NamedType, HashSet<NamedType>>();
        foreach (var type in Types)
        {
            if (type is UnionType union)
            {
                possible[union] = [.. union.Members];
            }

            foreach (var parent in (type as ObjectType)?.Interfaces ?? [])
            {
                (possible.TryGetValue(parent, out var set) ? set : possible[parent] = []).Add(type);
            }
        }

        return possible.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.ToFrozenSet());
    }
}
