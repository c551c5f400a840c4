using System.Globalization;
using CrmCloud.Api.Http;
using CrmCloud.Api.Logging;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Api.Access;

/// <summary>From a request to its caller. Whoever has no good key is answered here, before anything else is read.</summary>
public sealed class SignIn(KeyRing keys, GuessLimiter guesses, TimeProvider clock, ILogger<SignIn> log)
{
    /// <returns>Null when the request was refused and answered.</returns>
    public async ValueTask<Caller?> CallerAsync(HttpContext context)
    {
        var headers = context.Request.Headers;

        // Two headers would be two keys; which one a proxy looked at cannot be known.
        var check = headers.Authorization.Count > 1
            ? KeyRefusal.KeyMalformed
            : await keys.CheckAsync(headers.Authorization, context.RequestAborted);
        if (check.Holder is not { } holder)
        {
            await RefuseAsync(context, check.Refusal!.Value);
            return null;
        }

        return new()
        {
            Tenant = holder.Tenant,
            App = holder.App,
            Store = holder.Store,
            Cursors = holder.Cursors,
            Now = clock.GetUtcNow(),
            RequestId = context.TraceIdentifier,
            IdempotencyHeader = headers["Idempotency-Key"] is [{ Length: > 0 } key] ? key : null,
            Ip = context.Connection.RemoteIpAddress?.ToString(),
        };
    }

    private Task RefuseAsync(HttpContext context, KeyRefusal refusal)
    {
        var guessed = refusal is KeyRefusal.KeyUnknown or KeyRefusal.KeyDamaged or KeyRefusal.KeyMalformed;
        if (guessed && guesses.Count(context.Connection.RemoteIpAddress) is { } wait)
        {
            log.GuessesRefused(context.TraceIdentifier);
            context.Response.Headers.RetryAfter =
                Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return ErrorAnswer.WriteAsync(context, StatusCodes.Status429TooManyRequests, "RATE_LIMITED",
                "Too many wrong keys from this address; wait as long as Retry-After says.", "TOO_MANY_WRONG_KEYS");
        }

        context.Response.Headers.WWWAuthenticate = refusal == KeyRefusal.KeyMissing
            ? "Bearer realm=\"crmcloud\""
            : "Bearer realm=\"crmcloud\", error=\"invalid_token\"";
        return ErrorAnswer.WriteAsync(context, StatusCodes.Status401Unauthorized, "UNAUTHENTICATED",
            Sentence(refusal), Problem.PublicName(refusal));
    }

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
