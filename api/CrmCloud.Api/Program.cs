using CrmCloud.Api;
using CrmCloud.Api.CommandLine;

// The first word decides: a command (tenant, doctor, --help) runs and ends; anything else is a setting of the server.
return CommandLineTool.Handles(args) ? await CommandLineTool.RunAsync(args) : await Server.RunAsync(args);
