using Espalier.Cli;

return await CommandLine.RunAsync(args, CommandLine.StandardConsoles()).ConfigureAwait(false);
