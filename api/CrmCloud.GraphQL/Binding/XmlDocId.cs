using System.Reflection;

namespace CrmCloud.GraphQL.Binding;

/// <summary>The names the C# compiler gives members in documentation files, such as "M:A.B.C(System.Int32)".</summary>
internal static class XmlDocId
{
    public static string Of(MemberInfo member)
    {
        if (member is Type type)
        {
            return "T:" + Declared(type);
        }

        var owner = Declared(member.DeclaringType!);
        return member switch
        {
            MethodBase method => $"M:{owner}.{method.Name.Replace('.', '#')}{Parameters(Definition(method))}",
            PropertyInfo property => $"P:{owner}.{property.Name}",
            _ => $"F:{owner}.{member.Name}",
        };
    }

    private static string Declared(Type type) =>
        (type.IsGenericType ? type.GetGenericTypeDefinition() : type).FullName!.Replace('+', '.');

    // A method of a closed generic class is documented on the open one.
    private static MethodBase Definition(MethodBase method) =>
        method.DeclaringType is { IsConstructedGenericType: true } closed
            ? closed.GetGenericTypeDefinition().GetMembers().OfType<MethodBase>()
                .FirstOrDefault(open => open.MetadataToken == method.MetadataToken) ?? method
            : method;

    private static string Parameters(MethodBase method)
    {
        var parameters = method.GetParameters();
        return parameters.Length == 0
            ? ""
            : "(" + string.Join(",", parameters.Select(parameter => Used(parameter.ParameterType))) + ")";
    }

    private static string Used(Type type)
    {
        if (type.IsGenericParameter)
        {
            return (type.DeclaringMethod is null ? "`" : "``") + type.GenericParameterPosition;
        }

        if (type.IsArray)
        {
            return Used(type.GetElementType()!) + "[]";
        }

        if (type.IsByRef)
        {
            return Used(type.GetElementType()!) + "@";
        }

        if (!type.IsGenericType)
        {
            return type.FullName!.Replace('+', '.');
        }

        var name = type.GetGenericTypeDefinition().FullName!.Replace('+', '.');
        var arguments = string.Join(",", type.GetGenericArguments().Select(Used));
        return $"{name[..name.IndexOf('`', StringComparison.Ordinal)]}{{{arguments}}}";
    }
}
