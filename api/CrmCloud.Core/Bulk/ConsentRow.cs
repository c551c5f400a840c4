using CrmCloud.Core.Customers;

namespace CrmCloud.Core.Bulk;

/// <summary>One statement about a consent, as a file has it.</summary>
/// <param name="Input">Its customer must be known already; a consent does not make one.</param>
/// <param name="At">When it was said; the start of the import where the file does not tell.</param>
public sealed record ConsentRow(ConsentRecordInput Input, DateTimeOffset? At);
