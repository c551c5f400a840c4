using System.Collections.Concurrent;
using CrmCloud.GraphQL.Binding;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Execution;

/// <summary>One request being executed: what all phases share.</summary>
internal sealed class RequestWork
{
    private readonly CoercedArguments?[] _arguments;
    private ConcurrentDictionary<ObjectPlan, GraphQLError?>? _guarded;
    private RequestLoaders? _loaders;
    private int _starting;

    public RequestWork(Executor executor, GraphQLRequest request, OperationPlan plan, VariableValues variables)
    {
        Executor = executor;
        Request = request;
        Plan = plan;
        Variables = variables;
        _arguments = new CoercedArguments?[variables == VariableValues.None ? 0 : plan.Compiler.FieldCount];
    }

    public Executor Executor { get; }

    public Schema Schema => Executor.Schema;

    public GraphQLRequest Request { get; }

    public OperationPlan Plan { get; }

    public VariableValues Variables { get; }

    public CancellationToken Cancellation { get; set; }

    /// <summary>Made when the first resolver asks for a loader.</summary>
    public RequestLoaders Loaders =>
        LazyInitializer.EnsureInitialized(ref _loaders, () => new RequestLoaders(this));

    /// <summary>
    /// Runs what starts resolvers. Keys that they ask loaders for meanwhile are loaded together when it has returned.
    /// </summary>
    public T Starting<T>(Func<T> start)
    {
        Interlocked.Increment(ref _starting);
        try
        {
            return start();
        }
        finally
        {
            if (Interlocked.Decrement(ref _starting) == 0)
            {
                _loaders?.Dispatch();
            }
        }
    }

    /// <summary>Whether resolvers are being started, so that more keys may come.</summary>
    public bool IsStarting => Volatile.Read(ref _starting) > 0;

    /// <summary>Coerced once per request, whatever the number of parents.</summary>
    public CoercedArguments ArgumentsOf(FieldPlan field) => ArgumentsOf(field.Arguments, field.Number);

    /// <param name="number">A place among what is kept for the operation, of these arguments alone.</param>
    public CoercedArguments ArgumentsOf(ArgumentPlan arguments, int number)
    {
        if (arguments.Constant is { } constant)
        {
            return constant;
        }

        if (number >= _arguments.Length)
        {
            return arguments.Coerce(Variables);
        }

        // Two branches may both coerce; the results are equal.
        return _arguments[number] ??= arguments.Coerce(Variables);
    }

    /// <summary>
    /// The refusal for an object whose type no fragment names, so that no guard has seen it yet; null to allow.
    /// </summary>
    public GraphQLError? GuardLate(AbstractPlan place, ObjectPlan plan) =>
        plan.Checks.Count == 0 || place.IsNamed(plan)
            ? null
            : LazyInitializer.EnsureInitialized(ref _guarded)
                .GetOrAdd(plan, _ => GuardCheck.Run(plan.Checks, this).FirstOrDefault());

    /// <summary>
    /// The answer to an exception of a resolver. Only declared errors are shown; all else is reported.
    /// </summary>
    public ResolveFailure Failure(Exception exception, Func<IReadOnlyList<object>> path)
    {
        if (Executor.Declared(exception, Request) is { } declared)
        {
            return new ResolveFailure(new GraphQLError(declared.Message)
            {
                Code = declared.Code, Extensions = declared.Extensions,
            });
        }

        if (exception is UnwritableValueException)
        {
            return new ResolveFailure(new GraphQLError(exception.Message));
        }

        Executor.Report(exception, Request, path());
        return new ResolveFailure(new GraphQLError("Unexpected error.")
        {
            Code = "INTERNAL",
            Extensions = new Dictionary<string, object?> { ["requestId"] = Request.RequestId },
        });
    }
}

/// <summary>Stands in the place of a value that a resolver could not give.</summary>
/// <param name="Error">Without path; without locations unless the fault is at another place than the field.</param>
internal sealed record ResolveFailure(GraphQLError Error);

/// <summary>One guard on one selection of an operation.</summary>
/// <param name="Path">Response names from the plan it was collected for.</param>
internal sealed record GuardCheck(
    Guard Guard, NamedType Type, FieldPlan? Field, string[] Path, IReadOnlyList<Language.SourceLocation> Locations)
{
    /// <summary>The checks of a plan and of everything inside it whose type is known before execution.</summary>
    public static IReadOnlyList<GuardCheck> Collect(ObjectPlan plan)
    {
        var checks = new List<GuardCheck>();
        Collect(plan, [], [], checks);
        return checks;
    }

    public static IEnumerable<GraphQLError> Run(IReadOnlyList<GuardCheck> checks, RequestWork work)
    {
        foreach (var check in checks)
        {
            var context = new GuardContext
            {
                Request = work.Request, Schema = work.Schema, Type = check.Type, Field = check.Field?.Field,
            };
            if (check.Guard(context) is { } refusal)
            {
                yield return refusal with
                {
                    Path = check.Path.Length == 0 ? null : check.Path, Locations = check.Locations,
                };
            }
        }
    }

    private static void Collect(
        ObjectPlan plan, string[] path, IReadOnlyList<Language.SourceLocation> locations, List<GuardCheck> checks)
    {
        foreach (var guard in plan.Type.Guards)
        {
            checks.Add(new GuardCheck(guard, plan.Type, null, path, locations));
        }

        foreach (var field in plan.Fields)
        {
            string[] fieldPath = [.. path, field.ResponseName];
            var places = Places.Of(field.Nodes);
            foreach (var guard in field.Field.Guards)
            {
                checks.Add(new GuardCheck(guard, plan.Type, field, fieldPath, places));
            }

            CollectInside(field.Value, fieldPath, places, checks);
        }
    }

    private static void CollectInside(
        ValuePlan value, string[] path, IReadOnlyList<Language.SourceLocation> locations, List<GuardCheck> checks)
    {
        switch (value)
        {
            case ListPlan list:
                CollectInside(list.Item, path, locations, checks);
                break;
            case ConcretePlan concrete:
                Collect(concrete.Plan, path, locations, checks);
                break;
            case AbstractPlan several:
                foreach (var known in several.Known.Where(known => known.IsNamed))
                {
                    Collect(known.Plan, path, locations, checks);
                }

                break;
            default:
                break;
        }
    }
}
