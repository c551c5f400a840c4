using System.Globalization;
using CrmCloud.Api.Http;
using CrmCloud.Api.Logging;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Http;

namespace CrmCloud.Api.Access;

/// <summary>Why a request gets no caller, in the words of HTTP.</summary>
/// <param name="Headers">What the client needs to go on, such as WWW-Authenticate or Retry-After.</param>
public sealed record SignInRefusal(
    int Status, string Code, string Reason, string Message, params (string Name, string Value)[] Headers);

/// <summary>From a request to its caller, before anything the caller sent is read.</summary>
public sealed class SignIn(KeyRing keys, GuessLimiter guesses, TimeProvider clock, ILogger<SignIn> log)
{
    /// <summary>For GraphQL, which answers refusals itself.</summary>
    public async ValueTask<RequestStateOrRefusal> ForGraphQLAsync(HttpContext context)
    {
        var (caller, refusal) = await DecideAsync(context);
        return refusal is null
            ? RequestStateOrRefusal.Allow(new RequestState().Set(caller!), suggestions: true)
            : RequestStateOrRefusal.Refuse(refusal.Status, Error(refusal), refusal.Headers);
    }

    /// <summary>For other addresses.</summary>
    /// <returns>Null when the request was refused and answered.</returns>
    public async ValueTask<Caller?> CallerAsync(HttpContext context)
    {
        var (caller, refusal) = await DecideAsync(context);
        if (refusal is not null)
        {
            foreach (var (name, value) in refusal.Headers)
            {
                context.Response.Headers[name] = value;
            }

            await ErrorAnswer.WriteAsync(context, refusal.Status, refusal.Code, refusal.Message, refusal.Reason);
        }

        return caller;
    }

    private async ValueTask<(Caller? Caller, SignInRefusal? Refusal)> DecideAsync(HttpContext context)
    {
        var headers = context.Request.Headers;

        // Two headers would be two keys; which one a proxy looked at cannot be known.
        var check = headers.Authorization.Count > 1
            ? KeyRefusal.KeyMalformed
            : await keys.CheckAsync(headers.Authorization, context.RequestAborted);
        if (check.Holder is not { } holder)
        {
            return (null, Refuse(context, check.Refusal!.Value));
        }

        var store = holder.Store.Noting();
        if (headers[ConsistencyToken.Header] is [{ Length: > 0 } token, ..]
            && !await ConsistencyToken.CatchUpAsync(token, store, holder.Cursors, context.RequestAborted))
        {
            return (null, new(StatusCodes.Status400BadRequest, "BAD_REQUEST", "CONSISTENCY_TOKEN_UNKNOWN",
                $"{ConsistencyToken.Header} is not a meta.consistencyToken of this tenant and mode. Leave it out."));
        }

        return (new()
        {
            Tenant = holder.Tenant,
            App = holder.App,
            Store = store,
            Cursors = holder.Cursors,
            Now = clock.GetUtcNow(),
            RequestId = context.TraceIdentifier,
            IdempotencyHeader = headers["Idempotency-Key"] is [{ Length: > 0 } key] ? key : null,
            Ip = context.Connection.RemoteIpAddress?.ToString(),
        }, null);
    }

    private SignInRefusal Refuse(HttpContext context, KeyRefusal refusal)
    {
        var guessed = refusal is KeyRefusal.KeyUnknown or KeyRefusal.KeyDamaged or KeyRefusal.KeyMalformed;
        if (guessed && guesses.Count(context.Connection.RemoteIpAddress) is { } wait)
        {
            log.GuessesRefused(context.TraceIdentifier);
            return new(StatusCodes.Status429TooManyRequests, "RATE_LIMITED", "TOO_MANY_WRONG_KEYS",
                "Too many wrong keys from this address; wait as long as Retry-After says.",
                ("Retry-After", Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture)));
        }

        var challenge = refusal == KeyRefusal.KeyMissing
            ? "Bearer realm=\"crmcloud\""
            : "Bearer realm=\"crmcloud\", error=\"invalid_token\"";
        return new(StatusCodes.Status401Unauthorized, "UNAUTHENTICATED", Problem.PublicName(refusal),
            Sentence(refusal), ("WWW-Authenticate", challenge));
    }

    private static GraphQLError Error(SignInRefusal refusal) => new(refusal.Message)
    {
        Code = refusal.Code,
        Extensions = new Dictionary<string, object?> { ["reason"] = refusal.Reason },
    };

    private static string Sentence(KeyRefusal refusal) => refusal switch
    {
        KeyRefusal.KeyMissing => "No key. Send the header 'Authorization: Bearer <key>'.",
        KeyRefusal.KeyMalformed => "The Authorization header is not 'Bearer <key>' with a key of 32 to 200 characters.",
        KeyRefusal.KeyDamaged => "The key is cut or mistyped: its checksum does not fit. Copy it again.",
        KeyRefusal.KeyUnknown => "No such key.",
        KeyRefusal.KeyRevoked => "This key was revoked. Ask an administrator of the tenant for another.",
        KeyRefusal.KeyExpired => "This key has expired. Ask an administrator of the tenant for another.",
        KeyRefusal.AppDisabled => "The application that this key belongs to is disabled.",
        KeyRefusal.TenantSuspended => "The tenant is not in service; its data are kept.",
        _ => throw new ArgumentOutOfRangeException(nameof(refusal)),
    };
}
