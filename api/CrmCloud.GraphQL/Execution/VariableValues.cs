using System.Text.Json;
using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;
using CrmCloud.GraphQL.Validation;

namespace CrmCloud.GraphQL.Execution;

/// <summary>The variables of one request, coerced to the types its operation declares.</summary>
internal sealed class VariableValues
{
    /// <summary>Code of an error about a variable.</summary>
    public const string BadInput = "BAD_USER_INPUT";

    public static readonly VariableValues None = new(default);

    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);
    private readonly JsonElement _given;

    private VariableValues(JsonElement given) => _given = given;

    /// <returns>The values, or the errors in the words of graphql-js; never both.</returns>
    public static (VariableValues? Values, IReadOnlyList<GraphQLError> Errors) Coerce(
        Schema schema, OperationDefinitionNode operation, GraphQLRequest request, QueryLimits limits)
    {
        if (operation.VariableDefinitions.IsEmpty)
        {
            return (None, []);
        }

        var values = new VariableValues(request.Variables);
        var errors = new List<GraphQLError>();
        foreach (var definition in operation.VariableDefinitions)
        {
            values.Add(schema, definition, request.Suggestions, limits.VariableErrors, errors);
            if (errors.Count >= limits.VariableErrors)
            {
                errors.Add(new GraphQLError(
                    "Too many errors processing variables, error limit reached. Execution aborted.") { Code = BadInput });
                break;
            }
        }

        return errors.Count == 0 ? (values, errors) : (null, errors);
    }

    /// <summary>False when the variable was not given and has no default.</summary>
    public bool TryGet(string name, out object? value) => _values.TryGetValue(name, out value);

    /// <summary>The JSON given for a variable; null when none was.</summary>
    public JsonElement? Raw(string name) => Given(name, out var value) ? value : null;

    public bool IsTrue(string name) => TryGet(name, out var value) && value is true;

    private bool Given(string name, out JsonElement value)
    {
        value = default;
        return _given.ValueKind == JsonValueKind.Object && _given.TryGetProperty(name, out value);
    }

    private void Add(
        Schema schema, VariableDefinitionNode definition, bool suggestions, int limit, List<GraphQLError> errors)
    {
        var name = definition.Variable.Name.Value;
        if (schema.TypeOf(definition.Type) is not { IsInput: true } type)
        {
            errors.Add(Error(
                $"Variable \"${name}\" expected value of type \"{definition.Type}\" which cannot be used as an input type.",
                definition.Type));
            return;
        }

        if (!Given(name, out var given))
        {
            AddDefault(name, type, definition, errors);
            return;
        }

        if (given.ValueKind == JsonValueKind.Null && type.IsNonNull)
        {
            errors.Add(Error($"Variable \"${name}\" of non-null type \"{type}\" must not be null.", definition));
            return;
        }

        var (value, problems) = InputCoercion.Coerce(given, type, suggestions, limit - errors.Count);
        _values[name] = value;
        foreach (var problem in problems)
        {
            var at = problem.Path.Length > 0 ? $" at \"{name}{problem.Path}\"" : "";
            errors.Add(Error($"Variable \"${name}\" got invalid value {problem.Value}{at}; {problem.Message}", definition));
        }
    }

    private void AddDefault(string name, GraphQLType type, VariableDefinitionNode definition, List<GraphQLError> errors)
    {
        if (definition.DefaultValue is { } literal)
        {
            var value = LiteralCoercion.Constant(literal, type);
            _values[name] = ReferenceEquals(value, LiteralCoercion.Invalid) ? null : value;
        }
        else if (type.IsNonNull)
        {
            errors.Add(Error($"Variable \"${name}\" of required type \"{type}\" was not provided.", definition));
        }
    }

    private static GraphQLError Error(string message, SyntaxNode node) =>
        new(message) { Code = BadInput, Locations = Places.Of(node) };
}
