using System.Linq.Expressions;
using System.Reflection;
using CrmCloud.GraphQL.Language;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Binding;

/// <summary>A class or record as an input object: its fields, and a compiled way to make one.</summary>
internal static class InputRecord
{
    private static readonly MethodInfo ReadSlot =
        typeof(InputRecord).GetMethod(nameof(Read), BindingFlags.NonPublic | BindingFlags.Static)!;

    public static void Fill(SchemaAssembly assembly, InputObjectType bound)
    {
        var type = bound.ClrType!;
        var constructor = ConstructorOf(type);
        var parameters = constructor?.GetParameters() ?? [];
        var properties = PropertiesOf(type, parameters);
        foreach (var parameter in parameters)
        {
            bound.Fields.Add(FromParameter(assembly, type, parameter));
        }

        foreach (var property in properties)
        {
            bound.Fields.Add(FromProperty(assembly, type, property));
        }

        bound.Create = Compile(type, constructor, parameters, properties);
    }

    private static ConstructorInfo? ConstructorOf(Type type) => type.GetConstructors()
        .Where(candidate => candidate.GetParameters() is not [var only] || only.ParameterType != type)
        .OrderByDescending(candidate => candidate.GetParameters().Length)
        .FirstOrDefault();

    private static PropertyInfo[] PropertiesOf(Type type, ParameterInfo[] parameters) => [.. type
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.SetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0
            && !property.IsDefined(typeof(GraphQLIgnoreAttribute))
            && !Array.Exists(parameters, parameter => Same(parameter, property)))
        .OrderBy(property => property.MetadataToken)];

    private static bool Same(ParameterInfo parameter, PropertyInfo property) =>
        string.Equals(parameter.Name, property.Name, StringComparison.OrdinalIgnoreCase);

    private static InputValue FromParameter(SchemaAssembly assembly, Type type, ParameterInfo parameter)
    {
        var property = type.GetProperties().FirstOrDefault(candidate => Same(parameter, candidate));
        var attributes = new EitherAttributes(parameter, property);
        var bound = Guarded(type, parameter.Name!, () => assembly.Inputs.Bind(
            parameter.ParameterType, new NullabilityInfoContext().Create(parameter), attributes));
        return new InputValue(Name(attributes, parameter.Name!), bound.Type)
        {
            Description = assembly.Docs.OfParameter(type, parameter),
            DefaultValue = ArgumentDefault.Of(attributes) ?? ArgumentDefault.OfOptional(parameter),
            DeprecationReason = Deprecation.Of(attributes),
            Bind = bound.Convert,
        };
    }

    private static InputValue FromProperty(SchemaAssembly assembly, Type type, PropertyInfo property)
    {
        var bound = Guarded(type, property.Name, () => assembly.Inputs.Bind(
            property.PropertyType, new NullabilityInfoContext().Create(property), property));
        return new InputValue(Name(property, property.Name), bound.Type)
        {
            Description = assembly.Docs.Of(property),
            DefaultValue = ArgumentDefault.Of(property) ?? ArgumentDefault.OfInitializer(type, property),
            DeprecationReason = Deprecation.Of(property),
            Bind = bound.Convert,
        };
    }

    private static string Name(ICustomAttributeProvider attributes, string name) =>
        attributes.GetCustomAttributes(typeof(GraphQLNameAttribute), true) is [GraphQLNameAttribute given, ..]
            ? given.Name
            : SchemaNames.CamelCase(name);

    private static BoundInput Guarded(Type type, string member, Func<BoundInput> bind)
    {
        try
        {
            return bind();
        }
        catch (SchemaException cause)
        {
            throw new SchemaException($"{type.Name}.{SchemaNames.CamelCase(member)}: {cause.Message}");
        }
    }

    private static Func<object?[], object> Compile(
        Type type, ConstructorInfo? constructor, ParameterInfo[] parameters, PropertyInfo[] properties)
    {
        var slots = Expression.Parameter(typeof(object?[]), "slots");
        var made = Expression.Variable(type, "made");
        var arguments =
            parameters.Select((parameter, index) => SlotValue(slots, index, parameter.ParameterType, parameter));
        Expression create = constructor is null ? Expression.New(type) : Expression.New(constructor, arguments);
        var steps = new List<Expression> { Expression.Assign(made, create) };
        steps.AddRange(
            properties.Select((property, index) => SetIfGiven(slots, parameters.Length + index, made, property)));
        steps.Add(Expression.Convert(made, typeof(object)));
        return Expression.Lambda<Func<object?[], object>>(Expression.Block([made], steps), slots).Compile();
    }

    // An absent property keeps what its own initializer gave it.
    private static ConditionalExpression SetIfGiven(
        ParameterExpression slots, int index, ParameterExpression made, PropertyInfo property) =>
        Expression.IfThen(
            Expression.ReferenceNotEqual(
                Expression.ArrayIndex(slots, Expression.Constant(index)), Expression.Constant(InputValue.Absent)),
            Expression.Assign(
                Expression.Property(made, property), SlotValue(slots, index, property.PropertyType, null)));

    private static MethodCallExpression SlotValue(
        ParameterExpression slots, int index, Type type, ParameterInfo? parameter)
    {
        var hasDefault = parameter is { HasDefaultValue: true, DefaultValue: not null };
        Expression fallback = hasDefault
            ? Expression.Convert(Expression.Constant(parameter!.DefaultValue), type)
            : Expression.Default(type);
        return Expression.Call(
            ReadSlot.MakeGenericMethod(type), Expression.ArrayIndex(slots, Expression.Constant(index)), fallback);
    }

    private static T? Read<T>(object? slot, T? fallback) =>
        ReferenceEquals(slot, InputValue.Absent) ? fallback : slot is null ? default : (T)slot;

    /// <summary>
    /// Attributes of a record parameter, wherever they were put: on the parameter or on its property.
    /// </summary>
    private sealed class EitherAttributes(ParameterInfo parameter, PropertyInfo? property) : ICustomAttributeProvider
    {
        public object[] GetCustomAttributes(bool inherit) =>
            [.. parameter.GetCustomAttributes(inherit), .. property?.GetCustomAttributes(inherit) ?? []];

        public object[] GetCustomAttributes(Type attributeType, bool inherit) => [
            .. parameter.GetCustomAttributes(attributeType, inherit),
            .. property?.GetCustomAttributes(attributeType, inherit) ?? []];

        public bool IsDefined(Type attributeType, bool inherit) =>
            parameter.IsDefined(attributeType, inherit) || property?.IsDefined(attributeType, inherit) == true;
    }
}
