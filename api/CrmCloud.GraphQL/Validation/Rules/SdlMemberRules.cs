using System.Collections.Immutable;
using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Validation;

/// <summary>Names of members by the type they belong to, over its definition and all extensions.</summary>
internal sealed class KnownMembers
{
    private readonly Dictionary<string, Dictionary<string, NameNode>> _byType = new(StringComparer.Ordinal);

    /// <returns>The first member of that name; null when this is it.</returns>
    public NameNode? FirstOrAdd(string type, NameNode member)
    {
        if (!_byType.TryGetValue(type, out var members))
        {
            _byType[type] = members = new(StringComparer.Ordinal);
        }

        return members.TryAdd(member.Value, member) ? null : members[member.Value];
    }
}

internal sealed class UniqueEnumValueNamesRule(ValidationContext context) : ValidationRule(context)
{
    private readonly KnownMembers _known = new();

    public override bool Enter(SyntaxNode node)
    {
        if (node is EnumTypeDefinitionNode definition)
        {
            foreach (var value in definition.Values)
            {
                Check(definition.Name.Value, value.Name);
            }
        }

        return node is not DefinitionNode;
    }

    private void Check(string type, NameNode value)
    {
        if ((Context.Schema?.FindType(type) as EnumType)?.Values.Find(value.Value) is not null)
        {
            Context.Report(
                $"Enum value \"{type}.{value.Value}\" already exists in the schema. It cannot also be defined in this "
                + "type extension.",
                value);
        }
        else if (_known.FirstOrAdd(type, value) is { } first)
        {
            Context.Report($"Enum value \"{type}.{value.Value}\" can only be defined once.", first, value);
        }
    }
}

internal sealed class UniqueFieldDefinitionNamesRule(ValidationContext context) : ValidationRule(context)
{
    private readonly KnownMembers _known = new();

    public override bool Enter(SyntaxNode node)
    {
        IEnumerable<MemberDefinitionNode> fields = node switch
        {
            FieldsTypeDefinitionNode definition => definition.Fields,
            InputObjectTypeDefinitionNode definition => definition.Fields,
            _ => [],
        };
        foreach (var field in fields)
        {
            Check(((TypeDefinitionNode)node).Name.Value, field.Name);
        }

        return node is not DefinitionNode;
    }

    private void Check(string type, NameNode field)
    {
        if (IsInSchema(Context.Schema?.FindType(type), field.Value))
        {
            Context.Report(
                $"Field \"{type}.{field.Value}\" already exists in the schema. It cannot also be defined in this type "
                + "extension.",
                field);
        }
        else if (_known.FirstOrAdd(type, field) is { } first)
        {
            Context.Report($"Field \"{type}.{field.Value}\" can only be defined once.", first, field);
        }
    }

    private static bool IsInSchema(NamedType? type, string field) =>
        (type as FieldsType)?.Fields.Find(field) is not null
        || (type as InputObjectType)?.Fields.Find(field) is not null;
}

internal sealed class UniqueArgumentDefinitionNamesRule(ValidationContext context) : ValidationRule(context)
{
    public override bool Enter(SyntaxNode node)
    {
        switch (node)
        {
            case DirectiveDefinitionNode directive:
                Check("@" + directive.Name.Value, directive.Arguments);
                break;
            case FieldsTypeDefinitionNode definition:
                foreach (var field in definition.Fields)
                {
                    Check($"{definition.Name.Value}.{field.Name.Value}", field.Arguments);
                }

                break;
        }

        return node is not DefinitionNode;
    }

    private void Check(string parent, ImmutableArray<InputValueDefinitionNode> arguments)
    {
        foreach (var group in arguments.Select(a => a.Name).GroupBy(name => name.Value, StringComparer.Ordinal))
        {
            if (group.Skip(1).Any())
            {
                Context.Report($"Argument \"{parent}({group.Key}:)\" can only be defined once.", group);
            }
        }
    }
}
