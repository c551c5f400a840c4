namespace CrmCloud.GraphQL.Binding;

/// <summary>
/// An attribute that is a directive of the schema: printed in the SDL, and able to change the field or type it stands
/// on. Its public properties are the arguments. Register it with <see cref="SchemaBuilder.AddDirective{T}"/>.
/// </summary>
[AttributeUsage(
    AttributeTargets.Method | AttributeTargets.Property | AttributeTargets.Class | AttributeTargets.Interface)]
public abstract class SchemaDirectiveAttribute : Attribute
{
    /// <summary>Runs once at startup for each field the attribute stands on.</summary>
    public virtual void Apply(FieldBuilder field)
    {
    }

    /// <summary>Runs once at startup for each object or interface type the attribute stands on.</summary>
    public virtual void Apply(TypeBuilder type)
    {
    }
}
