Console.WriteLine("espalier");
