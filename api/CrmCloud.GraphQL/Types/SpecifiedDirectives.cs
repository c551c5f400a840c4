using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Types;

/// <summary>The directives of the specification. Part of every schema.</summary>
public static class SpecifiedDirectives
{
    public const string DefaultDeprecationReason = "No longer supported";

    public static Directive Include { get; } = Make(
        "include",
        "Directs the executor to include this field or fragment only when the `if` argument is true.",
        ["FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"],
        new InputValue("if", NonNullType.Of(BuiltInScalars.Boolean)) { Description = "Included when true." });

    public static Directive Skip { get; } = Make(
        "skip",
        "Directs the executor to skip this field or fragment when the `if` argument is true.",
        ["FIELD", "FRAGMENT_SPREAD", "INLINE_FRAGMENT"],
        new InputValue("if", NonNullType.Of(BuiltInScalars.Boolean)) { Description = "Skipped when true." });

    public static Directive Deprecated { get; } = Make(
        "deprecated",
        "Marks an element of a GraphQL schema as no longer supported.",
        ["FIELD_DEFINITION", "ARGUMENT_DEFINITION", "INPUT_FIELD_DEFINITION", "ENUM_VALUE", "DIRECTIVE_DEFINITION"],
        new InputValue("reason", NonNullType.Of(BuiltInScalars.String))
        {
            Description =
                "Explains why this element was deprecated, usually also including a suggestion for how to access "
                + "supported similar data. Formatted using the Markdown syntax, as specified by "
                + "[CommonMark](https://commonmark.org/).",
            DefaultValue = new StringValueNode { Value = DefaultDeprecationReason },
        });

    public static Directive SpecifiedBy { get; } = Make(
        "specifiedBy",
        "Exposes a URL that specifies the behavior of this scalar.",
        ["SCALAR"],
        new InputValue("url", NonNullType.Of(BuiltInScalars.String))
        {
            Description = "The URL that specifies the behavior of this scalar.",
        });

    public static Directive OneOf { get; } = Make(
        "oneOf",
        "Indicates exactly one field must be supplied and this field must not be `null`.",
        ["INPUT_OBJECT"],
        null);

    public static IReadOnlyList<Directive> All { get; } = [Include, Skip, Deprecated, SpecifiedBy, OneOf];

    private static Directive Make(string name, string description, string[] locations, InputValue? argument)
    {
        var directive = new Directive(name, locations) { Description = description, IsSpecified = true };
        if (argument is not null)
        {
            directive.Arguments.Add(argument);
        }

        return directive;
    }
}
