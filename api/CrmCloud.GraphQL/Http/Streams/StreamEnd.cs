namespace CrmCloud.GraphQL.Http;

/// <summary>How subscriptions end that neither side has ended.</summary>
internal static class StreamEnd
{
    /// <summary>For telling all operations of a connection.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(2);

    public static readonly GraphQLError Stopping = new("The server stops. Subscribe again in a moment.")
    {
        Code = "SERVER_STOPPING",
    };
}
