using System.Collections.Immutable;
using System.Text.Json;
using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;
using CrmCloud.GraphQL.Validation;

namespace CrmCloud.GraphQL.Execution;

/// <summary>The variables of one request, coerced to the types its operation declares.</summary>
public sealed class VariableValues
{
    /// <summary>Code of an error about a variable or an argument.</summary>
    public const string BadInput = "BAD_USER_INPUT";

    // Beyond it, looking for each variable among all that was given would take their product.
    private const int FewVariables = 8;

    internal static readonly VariableValues None = new([]);

    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ValueNode> _defaults = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonElement> _given;

    private VariableValues(Dictionary<string, JsonElement> given) => _given = given;

    /// <summary>Those given or with a default, by name.</summary>
    public IReadOnlyDictionary<string, object?> All => _values;

    /// <param name="given">A JSON object; undefined for none.</param>
    /// <param name="suggestions">Whether messages may name what exists in the schema.</param>
    /// <param name="limit">Errors after which the work stops.</param>
    /// <returns>The values, or the errors in the words of graphql-js; never both.</returns>
    public static (VariableValues? Values, IReadOnlyList<GraphQLError> Errors) Coerce(
        Schema schema, OperationDefinitionNode operation, JsonElement given, bool suggestions = true, int limit = 50)
    {
        if (operation.VariableDefinitions.IsEmpty)
        {
            return (None, []);
        }

        if (!JsonRaw.IsUnicode(given))
        {
            return (null, [new("The variables hold text that is not Unicode.") { Code = BadInput }]);
        }

        var values = new VariableValues(GivenFor(operation.VariableDefinitions, given));
        var errors = new List<GraphQLError>();
        foreach (var definition in operation.VariableDefinitions)
        {
            values.Add(schema, definition, suggestions, limit, errors);
            if (errors.Count > limit)
            {
                errors.RemoveRange(limit, errors.Count - limit);
                errors.Add(new GraphQLError(
                    "Too many errors processing variables, error limit reached. Execution aborted.")
                {
                    Code = BadInput,
                });
                break;
            }
        }

        return errors.Count == 0 ? (values, errors) : (null, errors);
    }

    /// <summary>False when the variable was not given and has no default.</summary>
    public bool TryGet(string name, out object? value) => _values.TryGetValue(name, out value);

    /// <summary>The JSON given for a variable, or that of its default; null when there is neither.</summary>
    public JsonElement? Raw(string name) => _given.TryGetValue(name, out var value) ? value
        : _defaults.TryGetValue(name, out var literal) ? new ScalarInput(literal).ToJson()
        : null;

    public bool IsTrue(string name) => TryGet(name, out var value) && value is true;

    // Of a name that is given twice the last counts.
    private static Dictionary<string, JsonElement> GivenFor(
        ImmutableArray<VariableDefinitionNode> definitions, JsonElement given)
    {
        var values = new Dictionary<string, JsonElement>(definitions.Length, StringComparer.Ordinal);
        if (given.ValueKind != JsonValueKind.Object)
        {
            return values;
        }

        if (definitions.Length > FewVariables)
        {
            var names = definitions.Select(definition => definition.Variable.Name.Value)
                .ToHashSet(StringComparer.Ordinal);
            foreach (var member in given.EnumerateObject().Where(member => names.Contains(member.Name)))
            {
                values[member.Name] = member.Value;
            }

            return values;
        }

        foreach (var definition in definitions)
        {
            if (given.TryGetProperty(definition.Variable.Name.Value, out var value))
            {
                values[definition.Variable.Name.Value] = value;
            }
        }

        return values;
    }

    private void Add(
        Schema schema, VariableDefinitionNode definition, bool suggestions, int limit, List<GraphQLError> errors)
    {
        var name = definition.Variable.Name.Value;
        if (schema.TypeOf(definition.Type) is not { IsInput: true } type)
        {
            errors.Add(Error(
                $"Variable \"${name}\" expected value of type \"{definition.Type}\" "
                + "which cannot be used as an input type.",
                definition.Type));
            return;
        }

        if (!_given.TryGetValue(name, out var given))
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
            errors.Add(Error(
                $"Variable \"${name}\" got invalid value {problem.Value}{at}; {problem.Message}", definition));
        }
    }

    private void AddDefault(string name, GraphQLType type, VariableDefinitionNode definition, List<GraphQLError> errors)
    {
        if (definition.DefaultValue is { } literal)
        {
            // Only without validation can a default be wrong; then it is none.
            var value = LiteralCoercion.Constant(literal, type);
            if (!ReferenceEquals(value, LiteralCoercion.Invalid))
            {
                _values[name] = value;
                _defaults[name] = literal;
            }
        }
        else if (type.IsNonNull)
        {
            errors.Add(Error($"Variable \"${name}\" of required type \"{type}\" was not provided.", definition));
        }
    }

    private static GraphQLError Error(string message, SyntaxNode node) =>
        new(message) { Code = BadInput, Locations = Places.Of(node) };
}
