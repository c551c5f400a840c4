using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Validation;

/// <summary>
/// What the schema says about the place a walk has reached. Null where document and schema do not meet.
/// </summary>
internal record struct TypePosition
{
    /// <summary>Type of the operation, field or fragment around this place.</summary>
    public GraphQLType? Type { get; set; }

    /// <summary>Composite type of the selection set around this place.</summary>
    public NamedType? Parent { get; set; }

    public Field? Field { get; set; }

    public Directive? Directive { get; set; }

    public InputValue? Argument { get; set; }

    /// <summary>Type a value at this place must have.</summary>
    public GraphQLType? Input { get; set; }

    /// <summary>Type of the list or input object around this place.</summary>
    public GraphQLType? ParentInput { get; set; }

    /// <summary>Whether the argument or input field at this place has a default.</summary>
    public bool HasDefault { get; set; }

    public EnumValue? EnumValue { get; set; }

    /// <summary>Where the walk is once it has entered the node.</summary>
    public readonly TypePosition Into(SyntaxNode node, Schema schema) => node switch
    {
        SelectionSetNode => this with { Parent = Type?.Named is { IsComposite: true } parent ? parent : null },
        FieldNode field => IntoField(schema.FieldOf(Parent, field.Name.Value)),
        DirectiveNode directive => this with { Directive = schema.Directives.Find(directive.Name.Value) },
        OperationDefinitionNode operation => this with { Type = schema.RootOf(operation.Operation) },
        InlineFragmentNode fragment => this with
        {
            Type = fragment.TypeCondition is { } condition
                ? Output(schema.FindType(condition.Name.Value))
                : Type?.Named,
        },
        FragmentDefinitionNode fragment => this with
        {
            Type = Output(schema.FindType(fragment.TypeCondition.Name.Value)),
        },
        VariableDefinitionNode variable => IntoInput(schema.TypeOf(variable.Type)),
        ArgumentNode argument => IntoArgument(argument.Name.Value),
        ListValueNode => IntoInput(Input?.Nullable is ListType list ? list.OfType : Input?.Nullable) with
        {
            HasDefault = false,
        },
        ObjectFieldNode field => IntoInputField(
            (Input?.Named as InputObjectType)?.Fields.Find(field.Name.Value)),
        EnumValueNode value => this with { EnumValue = (Input?.Named as EnumType)?.Values.Find(value.Value) },
        _ => this,
    };

    private static GraphQLType? Output(GraphQLType? type) => type is { IsOutput: true } ? type : null;

    private readonly TypePosition IntoField(Field? field) => this with { Field = field, Type = Output(field?.Type) };

    private readonly TypePosition IntoInput(GraphQLType? type) => this with
    {
        Input = type is { IsInput: true } ? type : null,
        ParentInput = Input,
    };

    private readonly TypePosition IntoArgument(string name)
    {
        var argument = (Directive?.Arguments ?? Field?.Arguments)?.Find(name);
        return IntoInput(argument?.Type) with
        {
            Argument = argument,
            HasDefault = argument?.DefaultValue is not null,
        };
    }

    private readonly TypePosition IntoInputField(InputValue? field) =>
        IntoInput(field?.Type) with { HasDefault = field?.DefaultValue is not null };
}
