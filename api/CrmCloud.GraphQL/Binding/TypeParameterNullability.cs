using System.Reflection;

namespace CrmCloud.GraphQL.Binding;

/// <summary>Whether a type parameter in a generic class was written with a question mark.</summary>
/// <remarks>
/// Reflection calls every unconstrained T nullable, because some T could be. For a schema
/// <c>IReadOnlyList&lt;T&gt;</c> of customers has customers, and only <c>T?</c> may be null; the compiler's own mark
/// tells the two apart.
/// </remarks>
internal static class TypeParameterNullability
{
    private const byte Annotated = 2;

    /// <param name="member">A property or method of a constructed generic class, or any other.</param>
    /// <param name="depth">How many types stand around the place: 0 for T, 1 for the T of <c>Task&lt;T&gt;</c>.</param>
    /// <returns>True for a type parameter without a question mark; false where ordinary nullability decides.</returns>
    public static bool IsPlainParameter(ICustomAttributeProvider? member, int depth)
    {
        if (member is not MemberInfo { DeclaringType: { IsConstructedGenericType: true } closed } info)
        {
            return false;
        }

        var definition = closed.GetGenericTypeDefinition().GetMemberWithSameMetadataDefinitionAs(info);
        var type = definition is PropertyInfo property ? property.PropertyType : ((MethodInfo)definition).ReturnType;
        for (var i = 0; i < depth; i++)
        {
            type = type is { IsArray: true }
                ? type.GetElementType()!
                : type.GetGenericArguments().FirstOrDefault() ?? typeof(object);
        }

        return type.IsGenericParameter && FlagOf(definition, depth) != Annotated;
    }

    private static byte FlagOf(MemberInfo member, int depth)
    {
        var marks = member is MethodInfo method ? method.ReturnParameter.CustomAttributes : member.CustomAttributes;
        var mark =
            marks.FirstOrDefault(data => data.AttributeType.Name == "NullableAttribute")?.ConstructorArguments[0].Value;
        return mark switch
        {
            byte all => all,
            IReadOnlyList<CustomAttributeTypedArgument> each => depth < each.Count ? (byte)each[depth].Value! : (byte)0,
            _ => ContextOf(member),
        };
    }

    private static byte ContextOf(MemberInfo? member)
    {
        for (; member is not null; member = member.DeclaringType)
        {
            var context =
                member.CustomAttributes.FirstOrDefault(data => data.AttributeType.Name == "NullableContextAttribute");
            if (context?.ConstructorArguments[0].Value is byte flag)
            {
                return flag;
            }
        }

        return 0;
    }
}
