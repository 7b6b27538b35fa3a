using Espalier.Data;
using Espalier.Torch.Execution;
using TorchSharp;
using static TorchSharp.torch;

namespace Espalier.Torch.Training.Vision;

/// <summary>The loss of a classifier on a batch: labels, and what it learns from a teacher. Owns teacher and maps.</summary>
internal sealed class StudentLoss : IDisposable
{
    private readonly GraphModule _module;
    private readonly PreparedImages _images;
    private readonly ImageTrainingOptions _options;
    private readonly Distillation? _distillation;
    private readonly Teacher? _teacher;
    private readonly InnerMaps? _inner;

    /// <summary>Looks at both networks with one black image: widths decide which pairs need a map.</summary>
    public StudentLoss(GraphModule module, PreparedImages images, ImageTrainingOptions options, Distillation? distillation, string? output)
    {
        distillation?.Validate();
        // Weights of 0 leave nothing of the teacher: the run is bit for bit the one without it.
        if (distillation is { LogitWeight: 0, InnerWeight: 0 }) distillation = null;
        (_module, _images, _options, _distillation) = (module, images, options, distillation);
        if (!images.Images.IsLabelled && distillation is not { LogitWeight: 1 })
            throw new UsageException("the images have no labels", images.Images.Origin, "Use images with labels, or a teacher whose logits have the weight 1");
        Plan = ClassifierPlan.Create(module.Graph, output, distillation?.ActivePairs.Select(pair => pair.Student).Distinct());
        if (distillation is not null) _teacher = new Teacher(distillation, module.Device);
        try
        {
            var (student, teacher) = Probe();
            if (distillation is { InnerWeight: > 0 })
                _inner = new InnerMaps(distillation.Pairs, name => student[name], name => teacher[name], options.Seed, module.Trainable.Values.FirstOrDefault()?.dtype ?? ScalarType.Float32, module.Device);
        }
        catch
        {
            _teacher?.Dispose();
            throw;
        }
    }

    /// <summary>How the student is executed.</summary>
    public ClassifierPlan Plan { get; }

    /// <summary>The maps of inner distillation, trained along.</summary>
    public IEnumerable<(string Name, Tensor Map)> Maps => _inner?.Maps ?? [];

    /// <summary>The loss of a batch, and its parts, unweighted. What is computed belongs to the scope, which must be the current one.</summary>
    public Tensor Of(ImageBatch batch, DisposeScope scope, out double label, out double logit, out double inner)
    {
        (label, logit, inner) = (0, 0, 0);
        var feeds = Plan.Feeds(batch, _images.Shape, _module.Device);
        // What the executor returns belongs to no scope, and holds on to all that the gradient needs.
        var student = _module.Run(Plan.Plan, feeds);
        scope.Attach(student);
        Tensor[] teacher = [];
        if (_teacher is not null) scope.Attach(teacher = _teacher.Run(feeds[Plan.Input]));
        var logits = Plan.Logits(student);
        Tensor? total = null;
        var share = _distillation?.LogitWeight ?? 0;
        if (share < 1)
        {
            var labels = tensor(batch.Labels!.Select(static one => (long)one).ToArray(), ScalarType.Int64, _module.Device);
            var loss = ClassificationLoss.CrossEntropy(logits, labels, _options.LabelSmoothing);
            label = Number(loss);
            total = share == 0 ? loss : loss.mul(1 - share);
        }
        if (share > 0)
        {
            var loss = ClassificationLoss.Distilled(logits, _teacher!.Plan.Logits(teacher), _distillation!.Temperature);
            logit = Number(loss);
            total = total is null ? loss.mul(share) : total.add(loss, share);
        }
        if (_inner is not null)
        {
            var loss = _inner.Loss(name => Plan.Value(student, name), name => _teacher!.Plan.Value(teacher, name));
            inner = Number(loss);
            total = total!.add(loss, _distillation!.InnerWeight);
        }
        return total!;
    }

    /// <summary>Shapes of the wanted values of student and teacher for one image; refuses logits that do not fit the labels or each other.</summary>
    private (Dictionary<string, long[]> Student, Dictionary<string, long[]> Teacher) Probe()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var feeds = Plan.Feeds(new float[_images.Shape.Length], 1, _images.Shape, _module.Device);
        var student = _module.RunEvaluating(Plan.Plan, feeds);
        scope.Attach(student);
        var classes = Plan.Logits(student).shape[1];
        if (_distillation is not { LogitWeight: 1 } && _images.Images.ClassCount > classes)
            throw new UsageException($"the images have {_images.Images.ClassCount} classes, but the model tells {classes} apart", _images.Images.Origin, "Use images with the classes of the model");
        if (_teacher is null) return ([], []);
        var teacher = _teacher.Run(feeds[Plan.Input]);
        scope.Attach(teacher);
        var taught = _teacher.Plan.Logits(teacher).shape[1];
        if (_distillation!.LogitWeight > 0 && taught != classes)
            throw new UsageException($"the teacher tells {taught} classes apart and the student {classes}", "distillation", "Use a teacher with the same classes");
        return (_distillation.ActivePairs.Select(pair => pair.Student).Distinct().ToDictionary(name => name, name => Plan.Value(student, name).shape),
            _distillation.ActivePairs.Select(pair => pair.Teacher).Distinct().ToDictionary(name => name, name => _teacher.Plan.Value(teacher, name).shape));
    }

    private static double Number(Tensor loss) => loss.to(ScalarType.Float64).item<double>();

    public void Dispose()
    {
        _teacher?.Dispose();
        _inner?.Dispose();
    }
}
