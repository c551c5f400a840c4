using System.Reflection;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Binding;

/// <summary>What a field factory needs to make fields of its own while the schema is being built.</summary>
public sealed class BindingContext
{
    private readonly SchemaAssembly _assembly;

    internal BindingContext(SchemaAssembly assembly) => _assembly = assembly;

    /// <summary>The GraphQL type for values of a C# type that a resolver returns.</summary>
    /// <param name="nullability">Of the member; without it the outermost type is nullable, its items are not.</param>
    /// <exception cref="SchemaException">The type has no counterpart.</exception>
    public GraphQLType OutputType(Type type, NullabilityInfo? nullability = null) =>
        _assembly.Outputs.TypeOf(type, nullability, null);

    /// <summary>The GraphQL type for arguments of a C# type, with the same rule for nullability.</summary>
    public GraphQLType InputType(Type type, NullabilityInfo? nullability = null) =>
        _assembly.Inputs.Bind(type, nullability, null).Type;

    /// <summary>The arguments a method takes: its parameters without those that are injected.</summary>
    public IReadOnlyList<InputValue> Arguments(MethodInfo method) => _assembly.Arguments.Of(method);

    /// <summary>An argument made by hand. Read it with <see cref="FieldContext.Argument{T}(string)"/>.</summary>
    public InputValue Argument<T>(string name, bool required = false, string? description = null)
    {
        var bound = _assembly.Inputs.Bind(typeof(T), null, null);
        return new InputValue(name, required ? NonNullType.Of(bound.Type) : bound.Type)
        {
            Description = description, Bind = bound.Convert,
        };
    }

    /// <summary>An object type that is no C# class; the resolver decides what its parents are.</summary>
    /// <param name="interfaces">C# types marked <see cref="InterfaceTypeAttribute"/>.</param>
    public ObjectType CreateObjectType(
        string name, string? description, IEnumerable<FieldBuilder> fields, params Type[] interfaces) =>
        _assembly.CreateObjectType(name, description, fields, interfaces);

    /// <summary>
    /// The fields of a class or record, for use in a type made by hand. The parent must be of that class.
    /// </summary>
    public IReadOnlyList<FieldBuilder> PropertyFields(Type type) => _assembly.Fields.Of(type);

    /// <summary>
    /// Calls the method with coerced arguments, found by name among those of the field, and with what is injected.
    /// Tasks are awaited. The instance is the root object, or the parent for a method of an object type.
    /// </summary>
    public Func<FieldContext, ValueTask<object?>> Invoker(MethodInfo method) => _assembly.Invokers.Async(method);

    /// <summary>The description from attribute or XML documentation; null when there is none.</summary>
    public string? Description(MemberInfo member) => _assembly.Docs.Of(member);

    /// <summary>The field name the library would give: camelCase, without Get and Async.</summary>
    public string FieldName(MemberInfo member) => SchemaNames.Field(member);

    /// <summary>The nullability of what a method returns, as <see cref="OutputType"/> takes it.</summary>
    public NullabilityInfo Nullability(MethodInfo method) =>
        new NullabilityInfoContext().Create(method.ReturnParameter);

    /// <inheritdoc cref="Nullability(MethodInfo)"/>
    public NullabilityInfo Nullability(PropertyInfo property) => new NullabilityInfoContext().Create(property);
}
