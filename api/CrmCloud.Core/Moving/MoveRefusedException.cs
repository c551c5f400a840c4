namespace CrmCloud.Core.Moving;

/// <summary>A move that cannot be, for a reason that the operator can mend. The message is for him.</summary>
public sealed class MoveRefusedException(string message, Exception? inner = null) : Exception(message, inner);
