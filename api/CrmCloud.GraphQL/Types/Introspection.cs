using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Types;

/// <summary>The types through which a schema describes itself, and the fields that lead to them.</summary>
public static partial class Introspection
{
    private static readonly EnumType KindType = MakeKinds();
    private static readonly EnumType LocationType = MakeLocations();
    private static readonly ObjectType InputValueType = new("__InputValue")
    {
        IsBuiltIn = true,
        Description =
            "Arguments provided to Fields or Directives and the input fields of an InputObject are represented as "
            + "Input Values which describe their type and optionally a default value.",
    };

    private static readonly ObjectType EnumValueType = new("__EnumValue")
    {
        IsBuiltIn = true,
        Description =
            "One possible value for a given Enum. Enum values are unique values, not a placeholder for a string or "
            + "numeric value. However an Enum value is returned in a JSON response as a string.",
    };

    private static readonly ObjectType FieldType = new("__Field")
    {
        IsBuiltIn = true,
        Description =
            "Object and Interface types are described by a list of Fields, each of which has a name, potentially a "
            + "list of arguments, and a return type.",
    };

    private static readonly ObjectType TypeType = new("__Type")
    {
        IsBuiltIn = true,
        Description =
            "The fundamental unit of any GraphQL Schema is the type. There are many kinds of types in GraphQL as "
            + "represented by the `__TypeKind` enum.\n\nDepending on the kind of a type, certain fields describe "
            + "information about that type. Scalar types provide no information beyond a name, description and "
            + "optional `specifiedByURL`, while Enum types provide their values. Object and Interface types provide "
            + "the fields they describe. Abstract types, Union and Interface, provide the Object types possible at "
            + "runtime. List and NonNull types compose other types.",
    };

    private static readonly ObjectType DirectiveType = new("__Directive")
    {
        IsBuiltIn = true,
        Description =
            "A Directive provides a way to describe alternate runtime execution and type validation behavior in a "
            + "GraphQL document.\n\nIn some cases, you need to provide options to alter GraphQL's execution behavior "
            + "in ways field arguments will not suffice, such as conditionally including or skipping a field. "
            + "Directives provide this by describing additional information to the executor.",
    };

    static Introspection()
    {
        AddTypeFields();
        AddMemberFields();
        AddSchemaFields();
        AddDirectiveFields();
        var name = new InputValue("name", NonNullType.Of(BuiltInScalars.String));
        TypeField.Arguments.Add(name);
    }

    /// <summary><c>__Schema</c>, through which all introspection types are reachable.</summary>
    public static ObjectType SchemaType { get; } = new("__Schema")
    {
        IsBuiltIn = true,
        Description =
            "A GraphQL Schema defines the capabilities of a GraphQL server. It exposes all available types and "
            + "directives on the server, as well as the entry points for query, mutation, and subscription operations.",
    };

    /// <summary><c>__schema</c> on the query root.</summary>
    public static Field SchemaField { get; } = new("__schema", NonNullType.Of(SchemaType))
    {
        Description = "Access the current type schema of this server.",
        Resolver = new PureResolver(context => context.Schema),
    };

    /// <summary><c>__type(name:)</c> on the query root.</summary>
    public static Field TypeField { get; } = new("__type", TypeType)
    {
        Description = "Request the type information of a single type.",
        Resolver = new PureResolver(context => context.Schema.FindType(context.Argument<string>(0)!)),
    };

    /// <summary><c>__typename</c> on every composite type. Its value is known when the plan is made.</summary>
    public static Field TypenameField { get; } = new("__typename", NonNullType.Of(BuiltInScalars.String))
    {
        Description = "The name of the current Object type at runtime.",
    };

    private static GraphQLType Text => BuiltInScalars.String;

    private static GraphQLType RequiredText => NonNullType.Of(BuiltInScalars.String);

    private static GraphQLType Flag => NonNullType.Of(BuiltInScalars.Boolean);

    private static void AddSchemaFields()
    {
        Add<Schema>(SchemaType, "description", Text, schema => schema.Description);
        Add<Schema>(
            SchemaType, "types", RequiredListOf(TypeType), schema => schema.Types,
            "A list of all types supported by this server.");
        Add<Schema>(
            SchemaType, "queryType", NonNullType.Of(TypeType), schema => schema.Query,
            "The type that query operations will be rooted at.");
        Add<Schema>(
            SchemaType, "mutationType", TypeType, schema => schema.Mutation,
            "If this server supports mutation, the type that mutation operations will be rooted at.");
        Add<Schema>(
            SchemaType, "subscriptionType", TypeType, schema => schema.Subscription,
            "If this server support subscription, the type that subscription operations will be rooted at.");
        AddFiltered<Schema, Directive>(
            SchemaType, "directives", RequiredListOf(DirectiveType), (schema, _) => schema.Directives,
            "A list of all directives supported by this server.");
    }

    private static void AddTypeFields()
    {
        Add<GraphQLType>(TypeType, "kind", NonNullType.Of(KindType), Kind);
        Add<GraphQLType>(TypeType, "name", Text, type => (type as NamedType)?.Name);
        Add<GraphQLType>(TypeType, "description", Text, type => (type as NamedType)?.Description);
        Add<GraphQLType>(TypeType, "specifiedByURL", Text, type => (type as ScalarType)?.SpecifiedBy);
        AddFiltered<GraphQLType, Field>(
            TypeType, "fields", ListOf(FieldType), (type, _) => (type as FieldsType)?.Fields);
        Add<GraphQLType>(TypeType, "interfaces", ListOf(TypeType), type => (type as FieldsType)?.Interfaces);
        var possible = Add<GraphQLType>(TypeType, "possibleTypes", ListOf(TypeType), _ => null);
        possible.Resolver = new PureResolver(context =>
            context.Parent is InterfaceType or UnionType ? Possible(context.Schema, (NamedType)context.Parent) : null);
        AddFiltered<GraphQLType, EnumValue>(
            TypeType, "enumValues", ListOf(EnumValueType), (type, _) => (type as EnumType)?.Values);
        AddFiltered<GraphQLType, InputValue>(
            TypeType, "inputFields", ListOf(InputValueType), (type, _) => (type as InputObjectType)?.Fields);
        Add<GraphQLType>(
            TypeType, "ofType", TypeType, type => (type as ListType)?.OfType ?? (type as NonNullType)?.OfType);
        Add<GraphQLType>(TypeType, "isOneOf", BuiltInScalars.Boolean, type => (type as InputObjectType)?.IsOneOf);
    }

    private static void AddMemberFields()
    {
        AddNaming(FieldType);
        AddFiltered<Field, InputValue>(
            FieldType, "args", RequiredListOf(InputValueType), (field, _) => field.Arguments);
        Add<Field>(FieldType, "type", NonNullType.Of(TypeType), field => field.Type);
        AddDeprecation(FieldType);

        AddNaming(InputValueType);
        Add<InputValue>(InputValueType, "type", NonNullType.Of(TypeType), value => value.Type);
        Add<InputValue>(
            InputValueType, "defaultValue", Text, value => value.DefaultValue is { } node ? Printer.Print(node) : null,
            "A GraphQL-formatted string representing the default value for this input value.");
        AddDeprecation(InputValueType);

        AddNaming(EnumValueType);
        AddDeprecation(EnumValueType);
    }

    private static void AddDirectiveFields()
    {
        AddNaming(DirectiveType);
        Add<Directive>(DirectiveType, "isRepeatable", Flag, directive => directive.IsRepeatable);
        Add<Directive>(DirectiveType, "locations", RequiredListOf(LocationType), directive => directive.Locations);
        AddFiltered<Directive, InputValue>(
            DirectiveType, "args", RequiredListOf(InputValueType), (directive, _) => directive.Arguments);
        AddDeprecation(DirectiveType);
    }

    private static void AddNaming(ObjectType type)
    {
        Add<SchemaMember>(type, "name", RequiredText, member => member.Name);
        Add<SchemaMember>(type, "description", Text, member => member.Description);
    }

    private static void AddDeprecation(ObjectType type)
    {
        Add<SchemaMember>(type, "isDeprecated", Flag, member => member.IsDeprecated);
        Add<SchemaMember>(type, "deprecationReason", Text, member => member.DeprecationReason);
    }
}
