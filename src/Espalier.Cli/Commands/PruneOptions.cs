using System.CommandLine;
using Espalier.Methods.Structure;
using Espalier.Recipes;
using Espalier.Structure;

namespace Espalier.Cli.Commands;

/// <summary>Options of <c>prune</c>. A recipe file gives the values; options on the command line override it.</summary>
internal sealed class PruneOptions
{
    private readonly Argument<string?> _model = new("MODEL") { Description = "folder of a model (config.json and weights), a GGUF file, or an ONNX file", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _recipe = new("--recipe") { HelpName = "FILE", Description = "recipe file (YAML) with model, method and settings; options given here override it" };
    private readonly Option<string?> _method = new("--method", "-m") { HelpName = "ID", Description = "id of the method, see 'espalier methods'" };
    private readonly Option<double?> _sparsity = new("--sparsity", "-s") { HelpName = "FRACTION", Description = "fraction of the weights of each layer to remove, for example 0.5; follows from N:M patterns" };
    private readonly Option<double?> _macs = new("--macs") { HelpName = "FRACTION", Description = "ONNX files: fraction of the multiply-accumulates to remove, for example 0.5" };
    private readonly Option<double?> _parameters = new("--params") { HelpName = "FRACTION", Description = "ONNX files: fraction of the parameters to remove" };
    private readonly Option<double?> _channels = new("--channels") { HelpName = "FRACTION", Description = "ONNX files: fraction of the channels, heads and neurons to remove" };
    private readonly Option<string[]> _size = CommonOptions.Size();
    private readonly Option<string> _normalization = new("--normalization") { HelpName = "NAME", Description = "ONNX files: normalisation of images: none, imagenet, cifar10, or means/deviations such as 0.5,0.5,0.5/0.5,0.5,0.5", DefaultValueFactory = _ => "imagenet" };
    private readonly Option<string?> _pattern = new("--pattern") { HelpName = "PATTERN", Description = "unstructured (if left out), N:M (N kept of M, for example 2:4), or block:RxC" };
    private readonly Option<string?> _scope = new("--scope") { HelpName = "row|layer", Description = "where weights compete: row or layer; the method's own default if left out" };
    private readonly Option<string[]> _set = new("--set") { HelpName = "NAME=VALUE", Description = "option of the method, for example --set damping=0.1; may be repeated; 'espalier methods ID' lists them", AllowMultipleArgumentsPerToken = false };
    private readonly Option<string[]> _exclude = new("--exclude") { HelpName = "LAYERS", Description = "layers to leave dense, for example '*.down_proj'; may be repeated; 'espalier inspect MODEL' lists them", AllowMultipleArgumentsPerToken = false };
    private readonly Option<string?> _data = new("--data") { HelpName = "FILE", Description = "calibration data: text, JSON lines, or safetensors of token ids [samples, length]; for ONNX files a folder or archive of images, an .npz of inputs, noise:normal or noise:uniform" };
    private readonly Option<string?> _field = new("--data-field") { HelpName = "NAME", Description = "field of the JSON lines, or name of the tensor" };
    private readonly Option<int?> _samples = new("--samples") { HelpName = "N", Description = "calibration samples; all rows of a token file, 128 of other data, if left out" };
    private readonly Option<int?> _length = new("--sequence-length") { HelpName = "N", Description = "tokens per sample; row length of a token file, or 2048 but at most the context, if left out" };
    private readonly Option<int?> _seed = new("--seed") { HelpName = "N", Description = "seed of every random draw (0 if left out)" };
    private readonly Option<string?> _type = new("--output-type") { HelpName = "same|f32|f16|bf16", Description = "type of the written weights; same as the source if left out (f32 where the source is quantised)" };
    private readonly Option<string?> _device = new("--device") { HelpName = "DEVICE", Description = "cpu, cuda or cuda:N (cpu if left out)" };
    private readonly Option<int?> _threads = CommonOptions.Threads();
    private readonly Option<string?> _output = new("--output", "-o") { HelpName = "PATH", Description = "folder to write, or for an ONNX file the file; must not exist" };
    private readonly Option<bool> _onnx = new("--onnx") { Description = "write model.onnx (with key/value cache) into the output too" };
    private readonly Option<bool> _bench = new("--bench") { Description = "time the dense and the pruned model in turns, for the report" };
    private readonly Option<string?> _evalData = new("--eval-data") { HelpName = "FILE", Description = "measure perplexity before and after on this file" };
    private readonly Option<string?> _evalField = new("--eval-field") { HelpName = "NAME", Description = "field or tensor of the evaluation data" };
    private readonly Option<int?> _evalWindow = EvalOptions.WindowOption("--eval-window");
    private readonly Option<int?> _evalWindows = EvalOptions.WindowsOption("--eval-windows");
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "print the plan and the forecast, and stop; computes and writes nothing" };
    private readonly Option<bool> _resume = new("--resume") { Description = "continue an unfinished run of the same settings; starts one if there is none, and is content if the output is complete" };
    private readonly Option<bool> _json = CommonOptions.Json();

    /// <summary>Adds all to the command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_model);
        Option[] options =
        [
            _method, _sparsity, _macs, _parameters, _channels, _pattern, _scope, _set, _exclude, _data, _field, _samples, _length, _size, _normalization, _seed, _type, _device, _threads, _output, _recipe,
            _evalData, _evalField, _evalWindow, _evalWindows, _bench, _onnx, _dryRun, _resume, _json,
        ];
        foreach (var option in options) command.Add(option);
    }

    /// <summary>The ONNX file that is to be pruned; null for another kind of model.</summary>
    public string? OnnxModel(ParseResult parsed) => parsed.GetValue(_model) is { } path && OnnxFile.Is(path) ? path : null;

    /// <summary>Reads a request for an ONNX file.</summary>
    public (StructureRequest Request, StructureCommand.Settings Settings) ReadStructure(ParseResult parsed)
    {
        Option[] others = [_recipe, _sparsity, _pattern, _scope, _field, _length, _type, _device, _onnx, _evalData, _evalField, _evalWindow, _evalWindows, _resume];
        if (others.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } other)
            throw new UsageException("the option does not apply to ONNX files", other.Name, "See 'espalier prune --help'");
        RemovalTarget[] targets = [.. new[] { (PruneMeasure.Macs, parsed.GetValue(_macs)), (PruneMeasure.Parameters, parsed.GetValue(_parameters)), (PruneMeasure.Channels, parsed.GetValue(_channels)) }
            .Where(target => target.Item2 is not null).Select(target => new RemovalTarget(target.Item1, target.Item2!.Value))];
        if (targets is not [var target]) throw new UsageException(targets.Length == 0 ? "how much to remove is not given" : "several targets are given", "--macs, --params, --channels", "Give one of them, for example --macs 0.5");
        target.Validate();
        var method = StructureRegistry.Find(parsed.GetValue(_method) ?? throw new UsageException("no method is given", "--method", "For example -m l2; see 'espalier methods'"));
        var request = new StructureRequest
        {
            Model = parsed.GetValue(_model)!,
            Method = method.Id,
            Target = target,
            Output = parsed.GetValue(_output) ?? throw new UsageException("no output is given", "--output", "Name the file to write"),
            Options = OptionsBinder.Bind<StructureOptions>(Options(parsed.GetValue(_set), new Dictionary<string, string>()), $"method {method.Id}"),
            Exclude = parsed.GetValue(_exclude) ?? [],
            Sizes = OnnxFile.Sizes(parsed.GetValue(_size)),
            Seed = parsed.GetValue(_seed) ?? 0,
        };
        return (request, new StructureCommand.Settings(parsed.GetValue(_data), parsed.GetValue(_samples), parsed.GetValue(_normalization)!, parsed.GetValue(_threads) ?? Environment.ProcessorCount,
            parsed.GetValue(_dryRun), parsed.GetValue(_bench), parsed.GetValue(_json)));
    }

    /// <summary>Reads the request.</summary>
    public PruneRequest Read(ParseResult parsed)
    {
        Option[] structural = [_macs, _parameters, _channels, _size, _normalization];
        if (structural.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } foreign)
            throw new UsageException("the option applies to ONNX files only", foreign.Name, "Language models are pruned with --sparsity or --pattern");
        var written = parsed.GetValue(_recipe) is { } file ? RecipeFile.Read(file) : null;
        string Need(string? own, string? fromRecipe, string what, string option) => own ?? fromRecipe ?? throw new UsageException($"no {what} is given", option, "See 'espalier prune --help'");
        var start = written ?? new PruneRecipe { Model = "", Method = "" };
        var recipe = start with
        {
            Model = Need(parsed.GetValue(_model), written?.Model, "model", "MODEL"),
            Method = Need(parsed.GetValue(_method), written?.Method, "method", "--method"),
            Sparsity = parsed.GetValue(_sparsity) ?? start.Sparsity,
            Pattern = parsed.GetValue(_pattern) ?? start.Pattern,
            Scope = parsed.GetValue(_scope) ?? start.Scope,
            Options = Options(parsed.GetValue(_set), start.Options),
            Exclude = parsed.GetValue(_exclude) is { Length: > 0 } excluded ? excluded : start.Exclude,
            Data = parsed.GetValue(_data) ?? start.Data,
            DataField = parsed.GetValue(_field) ?? start.DataField,
            Samples = parsed.GetValue(_samples) ?? start.Samples,
            SequenceLength = parsed.GetValue(_length) ?? start.SequenceLength,
            Seed = parsed.GetValue(_seed) ?? start.Seed,
            OutputType = parsed.GetValue(_type) ?? start.OutputType,
            Device = parsed.GetValue(_device) ?? start.Device,
            Threads = parsed.GetValue(_threads) ?? start.Threads,
        };
        return new PruneRequest
        {
            Recipe = recipe,
            Output = Need(parsed.GetValue(_output), null, "output folder", "--output"),
            DryRun = parsed.GetValue(_dryRun),
            Resume = parsed.GetValue(_resume),
            Json = parsed.GetValue(_json),
            Onnx = parsed.GetValue(_onnx),
            Bench = parsed.GetValue(_bench),
            Eval = parsed.GetValue(_evalData) is { } data ? new EvalOptions(data, parsed.GetValue(_evalField), parsed.GetValue(_evalWindow), parsed.GetValue(_evalWindows)) : null,
        };
    }

    private static IReadOnlyDictionary<string, string> Options(string[]? set, IReadOnlyDictionary<string, string> start)
    {
        if (set is not { Length: > 0 }) return start;
        var options = new Dictionary<string, string>(start);
        foreach (var text in set)
        {
            var parts = text.Split('=', 2);
            if (parts.Length != 2 || parts[0].Length == 0) throw new UsageException($"'{text}' is not of the form NAME=VALUE", "--set", "For example --set damping=0.1");
            options[parts[0]] = parts[1];
        }
        return options;
    }
}
