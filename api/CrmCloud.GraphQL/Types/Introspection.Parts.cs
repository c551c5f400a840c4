using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Types;

public static partial class Introspection
{
    private static Field Add<T>(
        ObjectType owner, string name, GraphQLType type, Func<T, object?> get, string? description = null)
    {
        var field = new Field(name, type)
        {
            Description = description,
            Resolver = new PureResolver(context => get((T)context.Parent!)) { Direct = parent => get((T)parent) },
        };
        owner.Fields.Add(field);
        return field;
    }

    /// <summary>A list that leaves out deprecated members unless asked for them.</summary>
    private static void AddFiltered<T, TMember>(
        ObjectType owner,
        string name,
        GraphQLType type,
        Func<T, Schema, IReadOnlyList<TMember>?> get,
        string? description = null)
        where TMember : SchemaMember
    {
        var field = new Field(name, type)
        {
            Description = description,
            Resolver = new PureResolver(context =>
            {
                var all = get((T)context.Parent!, context.Schema);
                return all is null || context.Argument<bool>(0)
                    ? all
                    : all.Where(member => !member.IsDeprecated).ToArray();
            }),
        };
        field.Arguments.Add(
            new InputValue("includeDeprecated", Flag) { DefaultValue = new BooleanValueNode { Value = false } });
        owner.Fields.Add(field);
    }

    private static GraphQLType ListOf(NamedType type) => new ListType(NonNullType.Of(type));

    private static GraphQLType RequiredListOf(NamedType type) => NonNullType.Of(ListOf(type));

    // In the order of the schema, whatever the order the set keeps.
    private static NamedType[] Possible(Schema schema, NamedType type) => type is UnionType union
        ? [.. union.Members]
        : [.. schema.Types.OfType<ObjectType>().Where(candidate => schema.IsPossibleType(type, candidate))];

    private static string Kind(GraphQLType type) => type switch
    {
        ScalarType => "SCALAR",
        ObjectType => "OBJECT",
        InterfaceType => "INTERFACE",
        UnionType => "UNION",
        EnumType => "ENUM",
        InputObjectType => "INPUT_OBJECT",
        ListType => "LIST",
        _ => "NON_NULL",
    };

    private static EnumType MakeKinds()
    {
        var kinds = new EnumType("__TypeKind")
        {
            IsBuiltIn = true,
            Description = "An enum describing what kind of type a given `__Type` is.",
        };
        AddValue(kinds, "SCALAR", "Indicates this type is a scalar.");
        AddValue(kinds, "OBJECT", "Indicates this type is an object. `fields` and `interfaces` are valid fields.");
        AddValue(
            kinds, "INTERFACE",
            "Indicates this type is an interface. `fields`, `interfaces`, and `possibleTypes` are valid fields.");
        AddValue(kinds, "UNION", "Indicates this type is a union. `possibleTypes` is a valid field.");
        AddValue(kinds, "ENUM", "Indicates this type is an enum. `enumValues` is a valid field.");
        AddValue(kinds, "INPUT_OBJECT", "Indicates this type is an input object. `inputFields` is a valid field.");
        AddValue(kinds, "LIST", "Indicates this type is a list. `ofType` is a valid field.");
        AddValue(kinds, "NON_NULL", "Indicates this type is a non-null. `ofType` is a valid field.");
        return kinds;
    }

    private static EnumType MakeLocations()
    {
        var locations = new EnumType("__DirectiveLocation")
        {
            IsBuiltIn = true,
            Description =
                "A Directive can be adjacent to many parts of the GraphQL language, a __DirectiveLocation describes "
                + "one such possible adjacencies.",
        };
        foreach (var name in DirectiveLocation.All)
        {
            AddValue(locations, name, $"Location adjacent to {LocationText(name)}.");
        }

        return locations;
    }

    private static string LocationText(string location) => location switch
    {
        "QUERY" or "MUTATION" or "SUBSCRIPTION" => $"a {location.ToLowerInvariant()} operation",
        "VARIABLE_DEFINITION" => "an operation variable definition",
        "OBJECT" => "an object type definition",
        "INTERFACE" => "an interface definition",
        "ENUM" => "an enum definition",
        "ENUM_VALUE" => "an enum value definition",
        "INPUT_OBJECT" => "an input object type definition",
        "INPUT_FIELD_DEFINITION" => "an input object field definition",
        "ARGUMENT_DEFINITION" => "an argument definition",
        "FIELD" or "FRAGMENT_DEFINITION" or "FRAGMENT_SPREAD" or "FIELD_DEFINITION" or "DIRECTIVE_DEFINITION" =>
            $"a {location.ToLowerInvariant().Replace('_', ' ')}",
        "INLINE_FRAGMENT" => "an inline fragment",
        _ => $"a {location.ToLowerInvariant()} definition",
    };

    private static void AddValue(EnumType type, string name, string description) =>
        type.Values.Add(new EnumValue(name, name) { Description = description });
}
