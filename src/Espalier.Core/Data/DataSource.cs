using Espalier.Formats;
using Espalier.Formats.Numpy;
using Espalier.Formats.Zip;

namespace Espalier.Data;

/// <summary>Kinds of image data.</summary>
public enum ImageDataKind
{
    /// <summary>A folder with IDX files.</summary>
    IdxFolder,

    /// <summary>One IDX file of images, its labels beside it.</summary>
    IdxFile,

    /// <summary>NumPy arrays of images and labels.</summary>
    Npz,

    /// <summary>One NumPy array of images.</summary>
    Npy,

    /// <summary>A folder of PNG and JPEG files.</summary>
    ImageFolder,

    /// <summary>A ZIP archive of PNG and JPEG files.</summary>
    ImageZip,

    /// <summary>Random images.</summary>
    Noise,
}

/// <summary>Tells what kind of image data a path means, by what is there and not by its name, and opens it.</summary>
public static class DataSource
{
    private const string NoisePrefix = "noise:";

    internal const string Supported = "Supported are: a folder or ZIP of PNG or JPEG files, with or without a folder per class; IDX files (MNIST), also gzipped; "
        + "NPZ with x and y, or NPY; noise:uniform and noise:normal";

    /// <summary>The kind of data at a path.</summary>
    /// <exception cref="UsageException">There is nothing, or something that holds no images; the message says what was seen and what is supported.</exception>
    /// <exception cref="EspalierException">It is damaged or cannot be read.</exception>
    public static ImageDataKind Identify(string path)
    {
        if (NoiseKindOf(path) is not null) return ImageDataKind.Noise;
        if (Directory.Exists(path)) return IdxImages.IsIn(path) ? ImageDataKind.IdxFolder : ImageDataKind.ImageFolder;
        if (!File.Exists(path)) throw new UsageException("there is no such file or folder", path, $"Check the path. {Supported}");
        var start = new byte[64];
        using (var stream = DataFile.Open(path)) start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        if (NpyHeader.IsStart(start)) return ImageDataKind.Npy;
        if (IdxFile.IsStart(start) || start.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])) return ImageDataKind.IdxFile;
        if (start.AsSpan().StartsWith("PK"u8)) return InsideZip(path);
        throw new UsageException($"it is {Describe(path, start)}, which holds no images", path, Supported);
    }

    /// <summary>Opens image data of any kind.</summary>
    /// <exception cref="UsageException">The path holds no images, or the request leaves something open, for example which split to use.</exception>
    /// <exception cref="EspalierException">The data are damaged or cannot be read.</exception>
    public static ImageSet OpenImages(ImageRequest request)
    {
        var kind = Identify(request.Path);
        if (request.Split is not null && kind is (ImageDataKind.IdxFile or ImageDataKind.Npy or ImageDataKind.Noise))
            throw new UsageException($"the split '{request.Split}' is given, but there is nothing to choose from", request.Path, "Leave the split out");
        return kind switch
        {
            ImageDataKind.IdxFolder => IdxImages.OpenFolder(request.Path, request.Split),
            ImageDataKind.IdxFile => IdxImages.OpenFile(request.Path),
            ImageDataKind.Npz => ArrayImages.OpenNpz(request),
            ImageDataKind.Npy => ArrayImages.OpenNpy(request),
            ImageDataKind.ImageFolder => FileImages.OpenFolder(request.Path, request.Split),
            ImageDataKind.ImageZip => FileImages.OpenZip(request.Path, request.Split),
            _ => new NoiseImages(request.NoiseShape ?? throw new UsageException("the shape of noise images is not known", request.Path, "Give the model's input shape"),
                request.NoiseCount, NoiseKindOf(request.Path)!.Value, request.Seed),
        };
    }

    private static NoiseKind? NoiseKindOf(string path) => path switch
    {
        NoisePrefix + "uniform" => NoiseKind.Uniform,
        NoisePrefix + "normal" => NoiseKind.Normal,
        _ when path.StartsWith(NoisePrefix, StringComparison.Ordinal) => throw new UsageException("there is no such noise", path, "Use noise:uniform or noise:normal"),
        _ => null,
    };

    private static ImageDataKind InsideZip(string path)
    {
        using var file = MappedFile.Open(path);
        var names = ZipDirectory.Read(file).ConvertAll(member => member.Name);
        if (names.Exists(ImageDecoder.IsImageName)) return ImageDataKind.ImageZip;
        if (names.Exists(name => name.EndsWith(".npy", StringComparison.Ordinal))) return ImageDataKind.Npz;
        throw new UsageException(names.Count == 0 ? "it is an empty ZIP archive" : $"it is a ZIP archive of {names.Count} files without images, {NearNames.Quote(names[0])} for one", path, Supported);
    }

    private static string Describe(string path, ReadOnlySpan<byte> start) => true switch
    {
        _ when start.IsEmpty => "an empty file",
        _ when ImageDecoder.IsStart(start) => "a single image, not a folder of them",
        _ when start.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'H', (byte)'D', (byte)'F']) => "an HDF5 file",
        _ when start.StartsWith("PAR1"u8) => "a Parquet file",
        _ when start[0] == 0x80 => "a Python pickle",
        _ when !start.ContainsAnyInRange((byte)0, (byte)8) => $"a text file ({Path.GetExtension(path)})",
        _ => $"a binary file of an unknown kind (it starts with {Convert.ToHexString(start[..Math.Min(8, start.Length)])})",
    };
}
