using System.Collections.Immutable;
using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Execution;

/// <summary>The arguments of one selected field or directive: constant, or to be coerced once per request.</summary>
internal sealed class ArgumentPlan
{
    private static readonly ArgumentPlan Empty = new([], null, []) { _constant = new([]) };

    private readonly IReadOnlyList<InputValue> _arguments;
    private readonly SyntaxNode? _node;
    private readonly ValueNode?[] _given;
    private CoercedArguments? _constant;

    private ArgumentPlan(IReadOnlyList<InputValue> arguments, SyntaxNode? node, ValueNode?[] given)
    {
        _arguments = arguments;
        _node = node;
        _given = given;
    }

    /// <summary>Known without variables; null when they must be asked.</summary>
    public CoercedArguments? Constant => _constant;

    /// <param name="node">Has them.</param>
    public static ArgumentPlan Make(
        IReadOnlyList<InputValue> arguments, ImmutableArray<ArgumentNode> written, SyntaxNode node)
    {
        if (arguments.Count == 0)
        {
            return Empty;
        }

        var given = arguments.Select(argument => Find(written, argument.Name)).ToArray();
        var plan = new ArgumentPlan(arguments, node, given);
        plan._constant = Array.TrueForAll(given, value => value is null || IsConstant(value))
            ? plan.Coerce(VariableValues.None)
            : null;
        return plan;
    }

    public CoercedArguments Coerce(VariableValues variables)
    {
        var literals = new LiteralCoercion(variables);
        var values = new object?[_given.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var argument = _arguments[i];
            if (Value(argument, _given[i], variables, literals, out values[i]) is { } error)
            {
                return new CoercedArguments([]) { Error = error };
            }
        }

        return new CoercedArguments(values);
    }

    // Only without validation can there be several; as in graphql-js the last one counts.
    private static ValueNode? Find(ImmutableArray<ArgumentNode> written, string name)
    {
        for (var i = written.Length - 1; i >= 0; i--)
        {
            if (written[i].Name.Value == name)
            {
                return written[i].Value;
            }
        }

        return null;
    }

    private static bool IsConstant(ValueNode node) => node switch
    {
        VariableNode => false,
        ListValueNode list => list.Values.All(IsConstant),
        ObjectValueNode map => map.Fields.All(field => IsConstant(field.Value)),
        _ => true,
    };

    private GraphQLError? Value(
        InputValue argument, ValueNode? node, VariableValues variables, LiteralCoercion literals, out object? value)
    {
        value = null;
        object? given = null;
        var isMissingVariable = node is VariableNode variable && !variables.TryGet(variable.Name.Value, out given);
        if (node is null || isMissingVariable)
        {
            value = LiteralCoercion.DefaultOf(argument);
            return ReferenceEquals(value, InputValue.Absent) && argument.IsRequired
                ? Missing(argument, node)
                : Bind(argument, node, ref value);
        }

        var isNull = node is NullValueNode || (node is VariableNode && given is null);
        if (isNull && argument.Type.IsNonNull)
        {
            return Error($"Argument \"{argument.Name}\" of non-null type \"{argument.Type}\" must not be null.", node);
        }

        value = literals.Read(node, argument.Type);
        return ReferenceEquals(value, LiteralCoercion.Invalid)
            ? Invalid(argument, node)
            : Bind(argument, node, ref value);
    }

    private GraphQLError? Bind(InputValue argument, ValueNode? node, ref object? value)
    {
        try
        {
            value = InputObjects.Bound(argument, value);
            return null;
        }
        catch (InputRejectedException rejected)
        {
            var message = $"Argument \"{argument.Name}\" has invalid value; {rejected.Message}";
            return Error(message, node ?? _node!);
        }
    }

    private GraphQLError Missing(InputValue argument, ValueNode? node) => node is VariableNode variable
        ? Error(
            $"Argument \"{argument.Name}\" of required type \"{argument.Type}\" was provided the variable "
            + $"\"${variable.Name.Value}\" which was not provided a runtime value.",
            node)
        : Error($"Argument \"{argument.Name}\" of required type \"{argument.Type}\" was not provided.", _node!);

    private static GraphQLError Invalid(InputValue argument, ValueNode node) =>
        Error($"Argument \"{argument.Name}\" has invalid value {Printer.Print(node)}.", node);

    private static GraphQLError Error(string message, SyntaxNode node) =>
        new(message) { Code = VariableValues.BadInput, Locations = Places.Of(node) };
}

/// <summary>Argument values aligned with the field's arguments, or what is wrong with one of them.</summary>
internal sealed record CoercedArguments(object?[] Values)
{
    public GraphQLError? Error { get; init; }
}
