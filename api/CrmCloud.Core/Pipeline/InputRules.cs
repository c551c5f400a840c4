using System.Collections;
using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using CrmCloud.Core.Shared;
using CrmCloud.GraphQL.Binding;

namespace CrmCloud.Core.Pipeline;

/// <summary>
/// Checks a coerced input against the attributes of its members ([MaxLength], [Range], [RegularExpression]) and
/// against bounds that hold everywhere, and names every fault with its path.
/// </summary>
public static class InputRules
{
    /// <summary>Characters of a text without a [MaxLength] of its own.</summary>
    public const int MostCharacters = 2_000;

    /// <summary>Items of a list without a [MaxLength] of its own.</summary>
    public const int MostItems = 250;

    private const int MostProblems = 20;
    private static readonly ConcurrentDictionary<Type, Member[]> Members = new();

    public static List<Problem> Check(object input, string path)
    {
        var problems = new List<Problem>();
        Object(input, path, problems);
        return problems;
    }

    private static void Object(object value, string path, List<Problem> problems)
    {
        foreach (var member in Members.GetOrAdd(value.GetType(), Find))
        {
            if (problems.Count >= MostProblems)
            {
                return;
            }

            Value(member.Get(value), $"{path}.{member.Name}", member, problems);
        }
    }

    private static void Value(object? value, string path, Member member, List<Problem> problems)
    {
        switch (value)
        {
            case null:
                break;
            case string text:
                Text(text, path, member, problems);
                break;
            case JsonElement json when json.GetRawText().Length > 20_000:
                problems.Add(Problems.TooLong(path, json.GetRawText().Length, 20_000));
                break;
            case IList list:
                List(list, path, member, problems);
                break;
            default:
                Attributes(value, path, member, problems);
                if (value.GetType().Assembly == typeof(InputRules).Assembly && value.GetType().IsClass)
                {
                    Object(value, path, problems);
                }

                break;
        }
    }

    private static void Text(string text, string path, Member member, List<Problem> problems)
    {
        if (text.Length > (member.MaxLength ?? MostCharacters))
        {
            problems.Add(Problems.TooLong(path, text.Length, member.MaxLength ?? MostCharacters));
            return;
        }

        if (text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')))
        {
            problems.Add(Problems.Invalid(path, "Control characters are not accepted."));
            return;
        }

        Attributes(text, path, member, problems);
    }

    private static void List(IList list, string path, Member member, List<Problem> problems)
    {
        var most = member.MaxLength ?? MostItems;
        if (list.Count > most)
        {
            problems.Add(Problems.OutOfRange(path, $"{list.Count} items; at most {most} are accepted."));
            return;
        }

        Attributes(list, path, member, problems);
        for (var i = 0; i < list.Count && problems.Count < MostProblems; i++)
        {
            // An item is measured by the general bounds; the member's own attributes speak of the list.
            Value(list[i], $"{path}.{i}", member with { MaxLength = null, Rules = [] }, problems);
        }
    }

    private static void Attributes(object value, string path, Member member, List<Problem> problems)
    {
        foreach (var rule in member.Rules)
        {
            if (!rule.IsValid(value))
            {
                problems.Add(Problem(rule, path, member.Name));
            }
        }
    }

    private static Problem Problem(ValidationAttribute rule, string path, string name) => rule switch
    {
        MinLengthAttribute => Problems.Required(path),
        RegularExpressionAttribute pattern => Problems.Invalid(path, $"{name} {pattern.ErrorMessage}."),
        _ => Problems.OutOfRange(path, rule.FormatErrorMessage(name)),
    };

    private static Member[] Find(Type type) =>
        [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.GetIndexParameters().Length == 0 && p.GetCustomAttribute<GraphQLIgnoreAttribute>() is null)
            .Select(p => new Member(
                p,
                JsonNamingPolicy.CamelCase.ConvertName(p.Name),
                p.GetCustomAttribute<MaxLengthAttribute>()?.Length,
                [.. p.GetCustomAttributes<ValidationAttribute>().Where(a => a is not MaxLengthAttribute)]))];

    private sealed record Member(PropertyInfo Property, string Name, int? MaxLength, ValidationAttribute[] Rules)
    {
        private readonly PropertyInfo? _inside = Property.PropertyType is { IsGenericType: true } type
            && type.GetGenericTypeDefinition() == typeof(Optional<>)
            ? type.GetProperty(nameof(Optional<int>.Value))
            : null;

        public object? Get(object owner)
        {
            var value = Property.GetValue(owner);
            return _inside is null ? value : _inside.GetValue(value);
        }
    }
}
