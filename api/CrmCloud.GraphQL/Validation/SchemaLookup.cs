using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Validation;

/// <summary>What the words of a document mean in a schema.</summary>
internal static class SchemaLookup
{
    public static ObjectType? RootOf(this Schema schema, OperationKind operation) => operation switch
    {
        OperationKind.Query => schema.Query,
        OperationKind.Mutation => schema.Mutation,
        _ => schema.Subscription,
    };

    /// <summary>Includes the introspection fields.</summary>
    public static Field? FieldOf(this Schema schema, NamedType? parent, string name) => name switch
    {
        "__schema" when parent is not null && ReferenceEquals(parent, schema.Query) => Introspection.SchemaField,
        "__type" when parent is not null && ReferenceEquals(parent, schema.Query) => Introspection.TypeField,
        "__typename" when parent is { IsComposite: true } => Introspection.TypenameField,
        _ => (parent as FieldsType)?.Fields.Find(name),
    };

    /// <summary>Null when the named type is unknown. The parser bounds the depth of the node.</summary>
    public static GraphQLType? TypeOf(this Schema schema, TypeNode node) => node switch
    {
        NamedTypeNode named => schema.FindType(named.Name.Value),
        ListTypeNode list => schema.TypeOf(list.Type) is { } inner ? new ListType(inner) : null,
        NonNullTypeNode nonNull => schema.TypeOf(nonNull.Type) is { } inner ? NonNullType.Of(inner) : null,
        _ => null,
    };

    /// <summary>Whether some object can be of both types.</summary>
    public static bool Overlap(this Schema schema, NamedType left, NamedType right)
    {
        var (leftIsAbstract, rightIsAbstract) = (left is not ObjectType, right is not ObjectType);
        return ReferenceEquals(left, right)
            || (leftIsAbstract && rightIsAbstract
                ? schema.PossibleTypes(left).Any(type => schema.IsSubtype(type, right))
                : leftIsAbstract ? schema.IsSubtype(right, left) : rightIsAbstract && schema.IsSubtype(left, right));
    }
}
