using System.Reflection;
using System.Text;
using System.Text.Json;

namespace CrmCloud.GraphQL.Binding;

/// <summary>How C# names become GraphQL names.</summary>
internal static class SchemaNames
{
    /// <summary>camelCase; of a method, without a leading Get and a trailing Async.</summary>
    public static string Field(MemberInfo member)
    {
        if (member.GetCustomAttribute<GraphQLNameAttribute>() is { } given)
        {
            return given.Name;
        }

        var name = member.Name;
        if (member is MethodInfo)
        {
            name = name.Length > 5 && name.EndsWith("Async", StringComparison.Ordinal) ? name[..^5] : name;
            name = name.Length > 3 && name.StartsWith("Get", StringComparison.Ordinal) && char.IsUpper(name[3])
                ? name[3..]
                : name;
        }

        return CamelCase(name);
    }

    public static string Argument(ParameterInfo parameter) =>
        parameter.GetCustomAttribute<GraphQLNameAttribute>()?.Name ?? CamelCase(parameter.Name!);

    /// <summary>RequiresScopeAttribute is requiresScope.</summary>
    public static string Directive(Type attribute)
    {
        const string suffix = "Attribute";
        var name = attribute.Name;
        return attribute.GetCustomAttribute<GraphQLNameAttribute>()?.Name
            ?? CamelCase(name.EndsWith(suffix, StringComparison.Ordinal) ? name[..^suffix.Length] : name);
    }

    public static string CamelCase(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);

    /// <param name="nameOf">Gives the name of a type argument.</param>
    public static string Type(Type type, Func<Type, string> nameOf)
    {
        var given = type.GetCustomAttribute<GraphQLNameAttribute>()?.Name;
        if (!type.IsGenericType)
        {
            return given ?? WithoutInterfacePrefix(type);
        }

        var arguments = type.GetGenericArguments().Select(nameOf).ToArray<object>();
        return given is not null
            ? string.Format(System.Globalization.CultureInfo.InvariantCulture, given, arguments)
            : string.Concat(arguments) + type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)];
    }

    public static string EnumValue(Enum value)
    {
        var name = value.ToString();
        return value.GetType().GetField(name) is { } member ? EnumValue(member) : ScreamingSnake(name);
    }

    public static string EnumValue(FieldInfo member) =>
        member.GetCustomAttribute<GraphQLNameAttribute>()?.Name ?? ScreamingSnake(member.Name);

    /// <summary>InProgress is IN_PROGRESS, HTTPError is HTTP_ERROR, Top10 is TOP10.</summary>
    public static string ScreamingSnake(string name)
    {
        var result = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            var startsWord = i > 0 && char.IsUpper(name[i]) && name[i - 1] != '_'
                && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            result.Append(startsWord ? "_" : "").Append(char.ToUpperInvariant(name[i]));
        }

        return result.ToString();
    }

    private static string WithoutInterfacePrefix(Type type)
    {
        var name = type.Name;
        return type.IsInterface && name.Length > 1 && name[0] == 'I' && char.IsUpper(name[1]) ? name[1..] : name;
    }
}
