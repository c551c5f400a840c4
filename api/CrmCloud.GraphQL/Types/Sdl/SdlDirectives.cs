using System.Collections.Immutable;
using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Types;

/// <summary>What directives in a type-system document mean.</summary>
internal static class SdlDirectives
{
    public static string? DeprecationReason(ImmutableArray<DirectiveNode> directives) =>
        directives.Any(directive => directive.Name.Value == "deprecated")
            ? Text(directives, "deprecated", "reason") ?? SpecifiedDirectives.DefaultDeprecationReason
            : null;

    public static string? Text(ImmutableArray<DirectiveNode> directives, string directive, string argument) =>
        directives.FirstOrDefault(node => node.Name.Value == directive)?.Arguments
            .FirstOrDefault(node => node.Name.Value == argument)?.Value is StringValueNode text ? text.Value : null;

    /// <summary>Those the type system does not already keep in another form.</summary>
    public static IEnumerable<AppliedDirective> Applied(ImmutableArray<DirectiveNode> directives) =>
        directives.Where(node => node.Name.Value is not ("deprecated" or "specifiedBy" or "oneOf"))
            .Select(node => new AppliedDirective(
                node.Name.Value,
                [.. node.Arguments.Select(argument => new AppliedArgument(argument.Name.Value, argument.Value))]));
}
