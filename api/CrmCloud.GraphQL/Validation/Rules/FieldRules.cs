using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Validation;

internal sealed class ScalarLeafsRule(ValidationContext context) : ValidationRule(context)
{
    public override bool Enter(SyntaxNode node)
    {
        if (node is not FieldNode field || Context.At.Type is not { } type)
        {
            return true;
        }

        if (type.IsLeaf && field.SelectionSet is not null)
        {
            Context.Report(
                $"Field \"{field.Name.Value}\" must not have a selection since type \"{type}\" has no subfields.",
                field.SelectionSet);
        }
        else if (!type.IsLeaf && field.SelectionSet is null)
        {
            // Empty braces are allowed since September 2026; no braces are not.
            Context.Report(
                $"Field \"{field.Name.Value}\" of type \"{type}\" must have a selection of subfields. "
                + $"Did you mean \"{field.Name.Value} {{ ... }}\"?",
                field);
        }

        return true;
    }
}

internal sealed class FieldsOnCorrectTypeRule(ValidationContext context) : ValidationRule(context)
{
    // Beyond this many a sentence of five names is not better for a careful order.
    private const int MostSuggestedTypes = 32;

    public override bool Enter(SyntaxNode node)
    {
        if (node is FieldNode { Name.Value: var name } && Context.At is { Parent: { } parent, Field: null })
        {
            Context.Report($"Cannot query field \"{name}\" on type \"{parent.Name}\"." + Suggest(parent, name), node);
        }

        return true;
    }

    private string Suggest(NamedType parent, string name)
    {
        var types = Context.Options.Suggestions ? TypesWith(parent, name) : [];
        return types.Count > 0
            ? Suggestion.Sentence(types, "to use an inline fragment on")
            : Context.DidYouMean(name, (parent as FieldsType)?.Fields.Select(field => field.Name) ?? []);
    }

    private List<string> TypesWith(NamedType parent, string name)
    {
        var usages = new Dictionary<FieldsType, int>();
        if (parent is ObjectType)
        {
            return [];
        }

        foreach (var possible in Context.Schema!.PossibleTypes(parent).OfType<ObjectType>())
        {
            if (possible.Fields.Find(name) is not null)
            {
                usages.TryAdd(possible, 1);
                var shares = possible.Interfaces.OfType<InterfaceType>();
                foreach (var shared in shares.Where(type => type.Fields.Find(name) is not null))
                {
                    usages[shared] = usages.GetValueOrDefault(shared) + 1;
                }
            }
        }

        return Sort(usages);
    }

    private List<string> Sort(Dictionary<FieldsType, int> usages)
    {
        var types = usages.Keys.Take(MostSuggestedTypes).ToList();
        var sorted = FirstRun(types, usages);
        foreach (var type in types.Skip(sorted.Count).ToList())
        {
            var (left, right) = (0, sorted.Count);
            while (left < right)
            {
                var middle = (left + right) / 2;
                (left, right) = Precedes(type, sorted[middle], usages) ? (left, middle) : (middle + 1, right);
            }

            sorted.Insert(left, type);
        }

        return sorted.ConvertAll(type => type.Name);
    }

    // "Supertypes first, else by name" is no total order: the library's sort may refuse it, and what comes out depends
    // on
    // the steps. These are those of V8, so the sentence is that of graphql-js.
    private List<FieldsType> FirstRun(List<FieldsType> types, Dictionary<FieldsType, int> usages)
    {
        if (types.Count < 2)
        {
            return [.. types];
        }

        var isDescending = Precedes(types[1], types[0], usages);
        var length = 2;
        while (length < types.Count && Precedes(types[length], types[length - 1], usages) == isDescending)
        {
            length++;
        }

        var run = types[..length];
        if (isDescending)
        {
            run.Reverse();
        }

        return run;
    }

    private bool Precedes(FieldsType left, FieldsType right, Dictionary<FieldsType, int> usages)
    {
        if (usages[left] != usages[right])
        {
            return usages[left] > usages[right];
        }

        if (left is InterfaceType && Context.Schema!.IsSubtype(right, left))
        {
            return true;
        }

        return !(right is InterfaceType && Context.Schema!.IsSubtype(left, right))
            && NaturalOrder.Instance.Compare(left.Name, right.Name) < 0;
    }
}
