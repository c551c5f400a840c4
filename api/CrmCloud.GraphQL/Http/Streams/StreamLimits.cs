namespace CrmCloud.GraphQL.Http;

/// <summary>What event streams and WebSockets may take. All bounds are on by default.</summary>
public sealed record StreamLimits
{
    public static StreamLimits Default { get; } = new();

    /// <summary>
    /// Event streams and sockets open at once in this process; one more is refused with 503. Default 5,000.
    /// </summary>
    public int Connections { get; init; } = 5_000;

    /// <summary>
    /// Of these, for one caller as <see cref="GraphQLHttpOptions.CallerKey"/> tells them apart. Default 200.
    /// </summary>
    public int ConnectionsPerCaller { get; init; } = 200;

    /// <summary>Operations running at once on one socket; one more is answered with an error. Default 100.</summary>
    public int SubscriptionsPerConnection { get; init; } = 100;

    /// <summary>
    /// Bytes of one message from a client of a socket. Default 262,144 (256 KB), then close code 1009.
    /// </summary>
    public int MessageBytes { get; init; } = 256 << 10;

    /// <summary>
    /// Sockets of one remote address (of one /64 for IPv6) that have not said who they are; one more is refused with
    /// 429. They take none of <see cref="Connections"/>. Default 16.
    /// </summary>
    public int UnknownPerAddress { get; init; } = 16;

    /// <summary>Sockets of all addresses that have not said who they are; one more: 503. Default 1,000.</summary>
    public int Unknown { get; init; } = 1_000;

    /// <summary>Time for connection_init after a socket is open. Default 3 s, then close code 4408.</summary>
    public TimeSpan InitTime { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Silence after which a comment or a ping shows that the connection lives, and the caller is checked.
    /// Default 12 s.
    /// </summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>Time a client may take to accept what is sent, before it is dropped. Default 20 s.</summary>
    public TimeSpan WriteTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Age of the host's word on a caller after which it is asked again before the next event. Default 5 s, so a key
    /// that was revoked gets no event after that.
    /// </summary>
    public TimeSpan CallerAge { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// What subscriptions are told when the host stops. False: nothing; streams end and sockets close with 1001, and
    /// clients that try again by themselves find the next server. True: an error SERVER_STOPPING, then complete, for
    /// clients that must know; their programs subscribe again. Default false.
    /// </summary>
    public bool CompletesOnStop { get; init; }
}
