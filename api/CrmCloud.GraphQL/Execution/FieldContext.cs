using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Execution;

/// <summary>What a resolver may know about the field it answers. Valid until the resolver has answered.</summary>
public sealed class FieldContext
{
    private readonly RequestWork _work;
    private readonly FieldPlan _plan;
    private readonly IPlace _place;
    private readonly int _index;
    private MemberList<InputValue> _arguments;

    internal FieldContext(RequestWork work, FieldPlan plan, CoercedArguments arguments, IPlace place, int index)
    {
        _work = work;
        _plan = plan;
        _place = place;
        _index = index;
        _arguments = plan.Field.Arguments;
        ArgumentValues = arguments.Values;
    }

    public Schema Schema => _work.Schema;

    public Field Field => _plan.Field;

    /// <summary>The object type the field belongs to.</summary>
    public ObjectType ParentType => _plan.Parent;

    public GraphQLRequest Request => _work.Request;

    /// <summary>The object the field belongs to; the root value, usually null, for a root field.</summary>
    public object? Parent { get; internal set; }

    /// <summary>Ends when the caller is gone or the request took too long.</summary>
    public CancellationToken Cancellation => _work.Cancellation;

    /// <summary>Services of the request; null outside a host.</summary>
    public IServiceProvider? Services => _work.Request.Services;

    /// <summary>Name of the field in the answer: the alias, or else the name.</summary>
    public string ResponseName => _plan.ResponseName;

    /// <summary>Response names and list indexes (int) from the root to the field.</summary>
    public IReadOnlyList<object> Path => _place.PathOf(_index, _plan);

    internal object?[] ArgumentValues { get; private set; }

    /// <summary>The loader of this request, made when first asked for.</summary>
    public T Loader<T>()
        where T : DataLoader => _work.Loaders.Get<T>();

    /// <summary>The value of the argument, or the default of the type when it was not given.</summary>
    /// <exception cref="ArgumentException">The field has no such argument.</exception>
    public T? Argument<T>(string name) => Argument<T>(IndexOf(name));

    /// <summary>The same, by position among the arguments of the field.</summary>
    public T? Argument<T>(int index) =>
        ReferenceEquals(ArgumentValues[index], InputValue.Absent) ? default : (T?)ArgumentValues[index];

    /// <summary>Whether the caller, or a default, gave the argument.</summary>
    public bool HasArgument(string name) => !ReferenceEquals(ArgumentValues[IndexOf(name)], InputValue.Absent);

    /// <summary>Whether the request selects a field inside this one.</summary>
    /// <param name="path">Names of fields, not aliases, joined by dots: "totalCount", "edges.node.name".</param>
    public bool IsSelected(string path) => SelectionLookup.IsSelected(_plan.Value, path);

    /// <summary>The same context for another parent.</summary>
    internal FieldContext WithParent(object? parent)
    {
        var copy = (FieldContext)MemberwiseClone();
        copy.Parent = parent;
        return copy;
    }

    /// <summary>The same place, with the arguments of a directive and the value it is to change.</summary>
    internal FieldContext ForDirective(DirectivePlan directive, object? value, out GraphQLError? error)
    {
        var given = _work.ArgumentsOf(directive.Arguments, directive.Number);
        var copy = WithParent(value);
        (copy._arguments, copy.ArgumentValues, error) = (directive.Directive.Arguments, given.Values, given.Error);
        return copy;
    }

    private int IndexOf(string name)
    {
        for (var i = 0; i < _arguments.Count; i++)
        {
            if (_arguments[i].Name == name)
            {
                return i;
            }
        }

        throw new ArgumentException($"The field {Field.Name} has no argument {name}.", nameof(name));
    }
}

/// <summary>Something that knows where in the answer a field is.</summary>
internal interface IPlace
{
    /// <param name="index">Which of the parents the place holds.</param>
    IReadOnlyList<object> PathOf(int index, FieldPlan field);
}

/// <summary>What a batch resolver may know: one selection and all its parents.</summary>
public sealed class BatchContext
{
    private readonly Func<int, FieldContext> _forParent;

    internal BatchContext(FieldContext field, object?[] parents, Func<int, FieldContext> forParent)
    {
        Field = field;
        Parents = parents;
        _forParent = forParent;
    }

    /// <summary>Field, arguments and request; its parent and path are those of the first parent.</summary>
    public FieldContext Field { get; }

    public IReadOnlyList<object?> Parents { get; }

    internal FieldContext ForParent(int index) => _forParent(index);
}

/// <summary>Looks ahead into what is selected.</summary>
internal static class SelectionLookup
{
    public static bool IsSelected(ValuePlan value, ReadOnlySpan<char> path)
    {
        while (value is ListPlan list)
        {
            value = list.Item;
        }

        var dot = path.IndexOf('.');
        var name = dot < 0 ? path : path[..dot];
        var rest = dot < 0 ? default : path[(dot + 1)..];
        foreach (var plan in Plans(value))
        {
            foreach (var field in plan.Fields)
            {
                if (name.SequenceEqual(field.Field.Name) && (dot < 0 || IsSelected(field.Value, rest)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static IEnumerable<ObjectPlan> Plans(ValuePlan value) => value switch
    {
        ConcretePlan concrete => [concrete.Plan],
        AbstractPlan several => several.Known.Select(known => known.Plan),
        _ => [],
    };
}
