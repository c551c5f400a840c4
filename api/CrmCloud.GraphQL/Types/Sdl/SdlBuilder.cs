using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Types;

/// <summary>Turns valid definitions into types: first all names, then what refers to them.</summary>
internal sealed class SdlBuilder
{
    // What a schema of nothing has, and the scalars it does not happen to need.
    private static readonly Dictionary<string, NamedType> BuiltInTypes = new Schema(new SchemaParts()).Types
        .Union(BuiltInScalars.All)
        .ToDictionary(type => type.Name, StringComparer.Ordinal);

    private readonly List<DefinitionNode> _definitions;
    private readonly Dictionary<string, NamedType> _types = new(StringComparer.Ordinal);
    private readonly List<NamedType> _order = [];
    private readonly List<Directive> _directives = [];

    public SdlBuilder(IEnumerable<DefinitionNode> definitions)
    {
        _definitions = [.. definitions];
        foreach (var node in _definitions.OfType<TypeDefinitionNode>().Where(node => !node.IsExtension))
        {
            Declare(node);
        }

        foreach (var node in _definitions.OfType<TypeDefinitionNode>())
        {
            Fill(node);
        }

        foreach (var node in _definitions.OfType<DirectiveDefinitionNode>().OrderBy(node => node.IsExtension))
        {
            AddDirective(node);
        }
    }

    public NamedType? FindType(string? name) =>
        name is null ? null : BuiltIn(name) ?? _types.GetValueOrDefault(name);

    /// <summary>Without a schema definition, the types with the names of the operations are the roots.</summary>
    public Dictionary<OperationKind, NamedType?> DefaultRoots()
    {
        var isDefined = _definitions.Exists(node => node is SchemaDefinitionNode { IsExtension: false });
        return Enum.GetValues<OperationKind>()
            .ToDictionary(kind => kind, kind => isDefined ? null : _types.GetValueOrDefault(kind.ToString()));
    }

    /// <param name="roots">Roots unless the schema definition or an extension says otherwise.</param>
    public SchemaParts Parts(Dictionary<OperationKind, NamedType?> roots)
    {
        var nodes = _definitions.OfType<SchemaDefinitionNode>().ToList();
        foreach (var operation in nodes.SelectMany(node => node.OperationTypes))
        {
            roots[operation.Operation] = TypeNamed(operation.Type);
        }

        var definition = nodes.Find(node => !node.IsExtension);
        return new SchemaParts
        {
            Description = definition?.Description?.Value,
            Query = roots[OperationKind.Query],
            Mutation = roots[OperationKind.Mutation],
            Subscription = roots[OperationKind.Subscription],
            Types = _order,
            Directives = _directives,
            AppliedDirectives = [.. nodes.SelectMany(node => SdlDirectives.Applied(node.Directives))],
            Syntax = definition,
            Extensions = [.. nodes.Where(node => node.IsExtension)],
        };
    }

    private static NamedType? BuiltIn(string name) => BuiltInTypes.GetValueOrDefault(name);

    private void Declare(TypeDefinitionNode node)
    {
        var name = node.Name.Value;
        NamedType type = BuiltIn(name) ?? node switch
        {
            ScalarTypeDefinitionNode => new ScalarType(name),
            ObjectTypeDefinitionNode => new ObjectType(name),
            InterfaceTypeDefinitionNode => new InterfaceType(name),
            UnionTypeDefinitionNode => new UnionType(name),
            EnumTypeDefinitionNode => new EnumType(name),
            _ => new InputObjectType(name),
        };
        _types[name] = type;
        _order.Add(type);
    }

    private void Fill(TypeDefinitionNode node)
    {
        // A definition of a built-in type changes nothing, as in graphql-js.
        if (_types.GetValueOrDefault(node.Name.Value) is not { IsBuiltIn: false } type)
        {
            return;
        }

        if (node.IsExtension)
        {
            type.Extensions.Add(node);
        }
        else
        {
            type.Syntax = node;
            type.Description = node.Description?.Value;
        }

        type.Applied.AddRange(SdlDirectives.Applied(node.Directives));
        FillMembers(type, node);
    }

    private void FillMembers(NamedType type, TypeDefinitionNode node)
    {
        switch (type, node)
        {
            case (ScalarType scalar, _):
                scalar.SpecifiedBy = SdlDirectives.Text(node.Directives, "specifiedBy", "url") ?? scalar.SpecifiedBy;
                break;
            case (FieldsType fields, FieldsTypeDefinitionNode definition):
                fields.DeclaredInterfaces.AddRange(definition.Interfaces.Select(TypeNamed));
                AddAll(fields.Fields, definition.Fields.Select(FieldOf));
                break;
            case (UnionType union, UnionTypeDefinitionNode definition):
                union.DeclaredMembers.AddRange(definition.Types.Select(TypeNamed));
                break;
            case (EnumType values, EnumTypeDefinitionNode definition):
                AddAll(values.Values, definition.Values.Select(ValueOf));
                break;
            case (InputObjectType input, InputObjectTypeDefinitionNode definition):
                input.IsOneOf |= definition.Directives.Any(directive => directive.Name.Value == "oneOf");
                AddAll(input.Fields, definition.Fields.Select(InputOf));
                break;
        }
    }

    private static void AddAll<T>(MemberList<T> list, IEnumerable<T> members)
        where T : SchemaMember
    {
        foreach (var member in members)
        {
            list.Add(member);
        }
    }

    private Field FieldOf(FieldDefinitionNode node)
    {
        var field = Describe(new Field(node.Name.Value, TypeOf(node.Type)), node);
        AddAll(field.Arguments, node.Arguments.Select(InputOf));
        return field;
    }

    private static EnumValue ValueOf(EnumValueDefinitionNode node) =>
        Describe(new EnumValue(node.Name.Value, node.Name.Value), node);

    private InputValue InputOf(InputValueDefinitionNode node) =>
        Describe(new InputValue(node.Name.Value, TypeOf(node.Type)) { DefaultValue = node.DefaultValue }, node);

    private static T Describe<T>(T member, MemberDefinitionNode node)
        where T : SchemaMember
    {
        member.Description = node.Description?.Value;
        member.DeprecationReason = SdlDirectives.DeprecationReason(node.Directives);
        member.Applied.AddRange(SdlDirectives.Applied(node.Directives));
        member.Syntax = node;
        return member;
    }

    private void AddDirective(DirectiveDefinitionNode node)
    {
        var directive = _directives.Find(known => known.Name == node.Name.Value);
        if (node.IsExtension)
        {
            directive?.Extensions.Add(node);
        }
        else
        {
            directive = new Directive(node.Name.Value, [.. node.Locations.Select(location => location.Value)])
            {
                Description = node.Description?.Value,
                IsRepeatable = node.IsRepeatable,
                Syntax = node,
            };
            AddAll(directive.Arguments, node.Arguments.Select(InputOf));
            _directives.Add(directive);
        }

        if (directive is not null)
        {
            directive.DeprecationReason ??= SdlDirectives.DeprecationReason(node.Directives);
            directive.Applied.AddRange(SdlDirectives.Applied(node.Directives));
        }
    }

    // The parser bounds the depth.
    private GraphQLType TypeOf(TypeNode node) => node switch
    {
        ListTypeNode list => new ListType(TypeOf(list.Type)),
        NonNullTypeNode nonNull => NonNullType.Of(TypeOf(nonNull.Type)),
        _ => TypeNamed((NamedTypeNode)node),
    };

    private NamedType TypeNamed(NamedTypeNode node) =>
        FindType(node.Name.Value)
        ?? throw new SchemaException([new GraphQLError($"Unknown type: \"{node.Name.Value}\".")]);
}
