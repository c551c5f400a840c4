using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Validation;

namespace CrmCloud.GraphQL.Types;

/// <summary>Makes a schema of text. It has no resolvers: a field's value is the property of that name.</summary>
/// <remarks>
/// The document is held to the rules for type-system documents; the schema it makes is not yet held to those for
/// schemas, which <see cref="SchemaRules.Validate"/> does.
/// </remarks>
public static class SchemaFromSdl
{
    /// <exception cref="GraphQLSyntaxException">The text is not GraphQL.</exception>
    /// <exception cref="SchemaException">The definitions contradict each other.</exception>
    public static Schema Build(string sdl) => Build(GraphQLParser.Parse(sdl, ParserOptions.Trusted));

    /// <exception cref="SchemaException">The definitions contradict each other.</exception>
    public static Schema Build(DocumentNode document)
    {
        Require(SdlValidator.Validate(document));
        var builder = new SdlBuilder(document.Definitions);
        return new Schema(builder.Parts(builder.DefaultRoots()));
    }

    /// <summary>Adds definitions and extensions to a schema that was itself made of text.</summary>
    /// <returns>A new schema with new types; the given one is unchanged.</returns>
    /// <exception cref="SchemaException">The definitions contradict each other or the schema.</exception>
    /// <exception cref="InvalidOperationException">A type of the schema was bound to code.</exception>
    public static Schema Extend(Schema schema, DocumentNode document)
    {
        Require(SdlValidator.Validate(document, schema));
        var builder = new SdlBuilder([.. DefinitionsOf(schema), .. document.Definitions]);
        var roots = new Dictionary<OperationKind, NamedType?>
        {
            [OperationKind.Query] = builder.FindType(schema.Parts.Query?.Name),
            [OperationKind.Mutation] = builder.FindType(schema.Parts.Mutation?.Name),
            [OperationKind.Subscription] = builder.FindType(schema.Parts.Subscription?.Name),
        };
        return new Schema(builder.Parts(roots));
    }

    private static void Require(IReadOnlyList<GraphQLError> errors)
    {
        if (errors.Count > 0)
        {
            throw new SchemaException(errors);
        }
    }

    private static IEnumerable<DefinitionNode> DefinitionsOf(Schema schema)
    {
        var types = schema.Types.Where(type => !type.IsBuiltIn)
            .SelectMany(type => Nodes(type.Name, type.Syntax, type.Extensions));
        var directives = schema.Directives.Where(directive => !directive.IsSpecified)
            .SelectMany(directive => Nodes("@" + directive.Name, directive.Syntax, directive.Extensions));
        var ofSchema = schema.Parts.Extensions.Prepend(schema.Parts.Syntax).OfType<DefinitionNode>();
        return ofSchema.Concat(types).Concat(directives);
    }

    private static IEnumerable<DefinitionNode> Nodes(
        string name, SyntaxNode? definition, IEnumerable<SyntaxNode> extensions) =>
        definition is DefinitionNode node
            ? extensions.OfType<DefinitionNode>().Prepend(node)
            : throw new InvalidOperationException($"{name} was bound to code, so text cannot extend its schema.");
}
