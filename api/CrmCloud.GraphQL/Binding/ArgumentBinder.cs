using System.ComponentModel;
using System.Reflection;
using System.Runtime.CompilerServices;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Binding;

/// <summary>Where the value of a parameter comes from.</summary>
internal enum ParameterSource
{
    Argument,
    Parent,
    Context,
    Batch,
    Cancellation,
    Services,
    State,
    Service,
    Loader,
}

/// <summary>Tells arguments from injected parameters.</summary>
internal sealed class ArgumentBinder(SchemaAssembly assembly)
{
    public ParameterSource SourceOf(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        return type switch
        {
            _ when parameter.IsDefined(typeof(ParentAttribute)) => ParameterSource.Parent,
            _ when type == typeof(FieldContext) => ParameterSource.Context,
            _ when type == typeof(BatchContext) => ParameterSource.Batch,
            _ when type == typeof(CancellationToken) => ParameterSource.Cancellation,
            _ when type == typeof(IServiceProvider) => ParameterSource.Services,
            _ when typeof(DataLoader).IsAssignableFrom(type) => ParameterSource.Loader,
            _ when assembly.Builder.RequestStates.Contains(type) => ParameterSource.State,
            _ when IsService(parameter) => ParameterSource.Service,
            _ => ParameterSource.Argument,
        };
    }

    public IReadOnlyList<InputValue> Of(MethodInfo method) =>
        [.. method.GetParameters().Where(p => SourceOf(p) == ParameterSource.Argument).Select(Argument)];

    private InputValue Argument(ParameterInfo parameter)
    {
        var name = SchemaNames.Argument(parameter);
        try
        {
            var nullability = new NullabilityInfoContext().Create(parameter);
            var bound = assembly.Inputs.Bind(parameter.ParameterType, nullability, parameter);
            return new InputValue(name, bound.Type)
            {
                Description = assembly.Docs.Of(parameter),
                DefaultValue = ArgumentDefault.Of(parameter) ?? ArgumentDefault.OfOptional(parameter),
                DeprecationReason = Deprecation.Of(parameter),
                Cost = parameter.GetCustomAttribute<CostAttribute>()?.Weight ?? 0,
                Bind = bound.Convert,
            };
        }
        catch (SchemaException cause)
        {
            throw new SchemaException($"({name}:): {cause.Message}");
        }
    }

    private bool IsService(ParameterInfo parameter) =>
        parameter.IsDefined(typeof(ServiceAttribute))
        || assembly.Builder.Services.Contains(parameter.ParameterType)
        || (ClrShape.ItemOf(parameter.ParameterType) is null && assembly.Builder.IsService(parameter.ParameterType));
}

/// <summary>Defaults as literals.</summary>
internal static class ArgumentDefault
{
    /// <summary>From [DefaultValue]; null when there is none.</summary>
    public static ValueNode? Of(ICustomAttributeProvider attributes) =>
        attributes.GetCustomAttributes(typeof(DefaultValueAttribute), true) is [DefaultValueAttribute mark, ..]
            ? ConstantLiteral.Of(mark.Value)
            : null;

    /// <summary>From a C# default; null when there is none, or it is null: then leaving it out says the same.</summary>
    public static ValueNode? OfOptional(ParameterInfo parameter)
    {
        if (parameter is not { HasDefaultValue: true, DefaultValue: { } value })
        {
            return null;
        }

        // Reflection gives the default of an enum parameter as its number.
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        return ConstantLiteral.Of(type.IsEnum && value is not Enum ? Enum.ToObject(type, value) : value);
    }

    /// <summary>
    /// From the initializer of a property that C# does not require: a bool, number or enum that a new object has by
    /// itself. Null for anything else, which then is nullable or must be given.
    /// </summary>
    public static ValueNode? OfInitializer(Type type, PropertyInfo property)
    {
        var plain = property.PropertyType == typeof(bool) || property.PropertyType == typeof(int)
            || property.PropertyType.IsEnum;
        if (!plain || property.IsDefined(typeof(RequiredMemberAttribute))
            || type.GetConstructor(Type.EmptyTypes) is null)
        {
            return null;
        }

        return ConstantLiteral.Of(property.GetValue(Activator.CreateInstance(type)));
    }
}
