namespace CrmCloud.GraphQL.Types;

/// <summary>A type as used at a position: a named type, or a list or non-null wrapper around one.</summary>
public abstract class GraphQLType
{
    /// <summary>The named type inside all wrappers.</summary>
    public abstract NamedType Named { get; }

    /// <summary>The type without an outer non-null wrapper.</summary>
    public GraphQLType Nullable => this is NonNullType wrapper ? wrapper.OfType : this;

    public bool IsNonNull => this is NonNullType;

    /// <summary>Whether values of the type may be given as arguments or variables.</summary>
    public bool IsInput => Named is ScalarType or EnumType or InputObjectType;

    /// <summary>Whether fields may return the type.</summary>
    public bool IsOutput => Named is not InputObjectType;

    /// <summary>Whether a field of the type must not have a selection set.</summary>
    public bool IsLeaf => Named is ScalarType or EnumType;

    /// <summary>Whether a field of the type must have a selection set.</summary>
    public bool IsComposite => Named is ObjectType or InterfaceType or UnionType;

    /// <summary>Same type at the same wrapping; named types are compared by identity.</summary>
    public static bool Same(GraphQLType left, GraphQLType right) => (left, right) switch
    {
        (NonNullType a, NonNullType b) => Same(a.OfType, b.OfType),
        (ListType a, ListType b) => Same(a.OfType, b.OfType),
        _ => ReferenceEquals(left, right),
    };
}

public sealed class ListType(GraphQLType ofType) : GraphQLType
{
    public GraphQLType OfType { get; } = ofType;

    public override NamedType Named { get; } = ofType.Named;

    public override string ToString() => $"[{OfType}]";
}

/// <summary>Wraps a nullable type only; wrapping a non-null type again gives the wrapped type back.</summary>
public sealed class NonNullType : GraphQLType
{
    private NonNullType(GraphQLType ofType)
    {
        OfType = ofType;
        Named = ofType.Named;
    }

    public GraphQLType OfType { get; }

    public override NamedType Named { get; }

    public static NonNullType Of(GraphQLType type) => type as NonNullType ?? new NonNullType(type);

    public override string ToString() => $"{OfType}!";
}
