using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.GraphQL.Execution;

/// <summary>The loaders of one request, one of each type.</summary>
internal sealed class RequestLoaders(RequestWork work)
{
    private static readonly IServiceProvider None = new ServiceCollection().BuildServiceProvider();

    private readonly Lock _changing = new();
    private readonly Dictionary<Type, DataLoader> _loaders = [];

    public T Get<T>()
        where T : DataLoader
    {
        lock (_changing)
        {
            if (_loaders.TryGetValue(typeof(T), out var known))
            {
                return (T)known;
            }

            var made = ActivatorUtilities.CreateInstance<T>(work.Request.Services ?? None);
            made.Join(work);
            _loaders[typeof(T)] = made;
            return made;
        }
    }

    public void Dispatch()
    {
        DataLoader[] loaders;
        lock (_changing)
        {
            loaders = [.. _loaders.Values];
        }

        foreach (var loader in loaders)
        {
            loader.Dispatch();
        }
    }
}
