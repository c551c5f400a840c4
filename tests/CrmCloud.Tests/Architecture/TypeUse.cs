using System.Reflection;
using System.Reflection.Emit;

namespace CrmCloud.Tests.Architecture;

/// <summary>Which types a compiled type uses: in its signature, and in the code of its methods.</summary>
internal static class TypeUse
{
    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
            | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!)
        .ToDictionary(c => c.Value);

    public static HashSet<Type> Of(Type type)
    {
        var used = new HashSet<Type>();
        Add(used, type.BaseType);
        Add(used, [.. type.GetInterfaces()]);
        foreach (var field in type.GetFields(Everything))
        {
            Add(used, field.FieldType);
        }

        foreach (var method in type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything)))
        {
            Add(used, [.. method.GetParameters().Select(p => p.ParameterType)]);
            Add(used, (method as MethodInfo)?.ReturnType);
            Body(used, method);
        }

        return used;
    }

    private static void Body(HashSet<Type> used, MethodBase method)
    {
        if (method.GetMethodBody() is not { } body)
        {
            return;
        }

        Add(used, [.. body.LocalVariables.Select(v => v.LocalType)]);
        var code = body.GetILAsByteArray()!;
        for (var at = 0; at < code.Length;)
        {
            var value = code[at] == 0xFE ? unchecked((short)(0xFE00 | code[at + 1])) : code[at];
            at += code[at] == 0xFE ? 2 : 1;
            var operand = Codes[value].OperandType;
            if (operand is OperandType.InlineMethod or OperandType.InlineField
                or OperandType.InlineType or OperandType.InlineTok)
            {
                Member(used, method, BitConverter.ToInt32(code, at));
            }

            at += Size(operand, code, at);
        }
    }

    private static void Member(HashSet<Type> used, MethodBase method, int token)
    {
        var typeArguments = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        var member = method.Module.ResolveMember(token, typeArguments, methodArguments);
        Add(used, member as Type ?? member?.DeclaringType);
        if (member is MethodInfo called)
        {
            Add(used, called.ReturnType);
            Add(used, called.IsGenericMethod ? called.GetGenericArguments() : []);
        }
    }

    private static int Size(OperandType operand, byte[] code, int at) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
        _ => 4,
    };

    private static void Add(HashSet<Type> used, params IEnumerable<Type?> types)
    {
        foreach (var type in types)
        {
            if (type is null || type.IsGenericParameter)
            {
                continue;
            }

            if (type.HasElementType)
            {
                Add(used, type.GetElementType());
            }
            else if (used.Add(type.IsGenericType ? type.GetGenericTypeDefinition() : type) && type.IsGenericType)
            {
                Add(used, type.GetGenericArguments());
            }
        }
    }
}
