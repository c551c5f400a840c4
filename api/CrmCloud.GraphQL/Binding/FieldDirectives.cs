using System.Reflection;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Binding;

/// <summary>Methods as directives that requests put on fields.</summary>
internal static class FieldDirectives
{
    public static Directive Define(MethodInfo method, FieldDirectiveAttribute mark, SchemaAssembly assembly)
    {
        var name = SchemaNames.Field(method);
        try
        {
            var directive = new Directive(name, ["FIELD"])
            {
                Description = assembly.Docs.Of(method),
                IsRepeatable = mark.IsRepeatable,
                Change = ChangeOf(method, assembly),
            };
            foreach (var argument in assembly.Arguments.Of(method))
            {
                directive.Arguments.Add(argument);
            }

            return directive;
        }
        catch (SchemaException cause)
        {
            throw new SchemaException($"@{name}{(cause.Message.StartsWith('(') ? "" : ": ")}{cause.Message}");
        }
    }

    // To the invoker it is a resolver whose parent is the value.
    private static FieldChange ChangeOf(MethodInfo method, SchemaAssembly assembly)
    {
        var parameters = method.GetParameters().Where(p => p.IsDefined(typeof(ParentAttribute))).ToList();
        if (parameters is not [var value])
        {
            throw new SchemaException("A field directive takes the value of the field as its one [Parent].");
        }

        var underlying = Nullable.GetUnderlyingType(value.ParameterType);
        return new FieldChange
        {
            Takes = underlying ?? value.ParameterType,
            TakesNull = underlying is not null || (!value.ParameterType.IsValueType
                && new NullabilityInfoContext().Create(value).WriteState == NullabilityState.Nullable),
            Pure = assembly.Invokers.Pure(method),
            Any = assembly.Invokers.Async(method),
        };
    }
}
