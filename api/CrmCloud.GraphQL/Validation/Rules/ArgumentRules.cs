using System.Collections.Immutable;
using CrmCloud.GraphQL.Language;

namespace CrmCloud.GraphQL.Validation;

/// <summary>Arguments of directives only, which is all that a type-system document has.</summary>
internal sealed class KnownArgumentNamesOnDirectivesRule(ValidationContext context) : ValidationRule(context)
{
    private readonly KnownDirectives _known = new(context);

    public override bool Enter(SyntaxNode node)
    {
        if (node is DirectiveNode directive && _known.ArgumentsOf(directive.Name.Value) is { } names)
        {
            foreach (var argument in directive.Arguments.Where(a => !names.Contains(a.Name.Value)))
            {
                Context.Report(
                    $"Unknown argument \"{argument.Name.Value}\" on directive \"@{directive.Name.Value}\"."
                    + Context.DidYouMean(argument.Name.Value, names),
                    argument);
            }
        }

        return node is not DirectiveNode;
    }
}

internal sealed class KnownArgumentNamesRule(ValidationContext context) : ValidationRule(context)
{
    private readonly KnownArgumentNamesOnDirectivesRule _onDirectives = new(context);

    public override bool Enter(SyntaxNode node)
    {
        if (node is ArgumentNode { Name.Value: var name }
            && Context.At is { Argument: null, Field: { } field, Parent: { } parent })
        {
            Context.Report(
                $"Unknown argument \"{name}\" on field \"{parent.Name}.{field.Name}\"."
                + Context.DidYouMean(name, field.Arguments.Select(argument => argument.Name)),
                node);
        }

        return _onDirectives.Enter(node);
    }
}

internal sealed class UniqueArgumentNamesRule(ValidationContext context) : ValidationRule(context)
{
    public override bool Enter(SyntaxNode node)
    {
        switch (node)
        {
            case FieldNode field:
                Check(field.Arguments);
                break;
            case DirectiveNode directive:
                Check(directive.Arguments);
                break;
        }

        return true;
    }

    private void Check(ImmutableArray<ArgumentNode> arguments)
    {
        if (arguments.Length < 2)
        {
            return;
        }

        foreach (var group in arguments.Select(a => a.Name).GroupBy(name => name.Value, StringComparer.Ordinal))
        {
            if (group.Skip(1).Any())
            {
                Context.Report($"There can be only one argument named \"{group.Key}\".", group);
            }
        }
    }
}

internal sealed class ProvidedRequiredArgumentsOnDirectivesRule(ValidationContext context) : ValidationRule(context)
{
    private readonly KnownDirectives _known = new(context);

    public override void Leave(SyntaxNode node)
    {
        if (node is not DirectiveNode directive)
        {
            return;
        }

        foreach (var (name, type) in _known.RequiredArgumentsOf(directive.Name.Value))
        {
            if (!directive.Arguments.Any(argument => argument.Name.Value == name))
            {
                Context.Report(
                    $"Directive \"@{directive.Name.Value}\" argument \"{name}\" of type \"{type}\" is required, "
                    + "but it was not provided.",
                    directive);
            }
        }
    }
}

internal sealed class ProvidedRequiredArgumentsRule(ValidationContext context) : ValidationRule(context)
{
    private readonly ProvidedRequiredArgumentsOnDirectivesRule _onDirectives = new(context);

    public override void Leave(SyntaxNode node)
    {
        if (node is FieldNode field && Context.At.Field is { } definition)
        {
            foreach (var argument in definition.Arguments.Where(argument => argument.IsRequired))
            {
                if (!field.Arguments.Any(given => given.Name.Value == argument.Name))
                {
                    Context.Report(
                        $"Field \"{definition.Name}\" argument \"{argument.Name}\" of type \"{argument.Type}\" "
                        + "is required, but it was not provided.",
                        field);
                }
            }
        }

        _onDirectives.Leave(node);
    }
}
