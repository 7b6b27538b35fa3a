namespace Espalier.Formats.Tokenizers;

/// <summary>
/// Canonical decompositions and combining classes of Unicode 15.1 (UnicodeData.txt, CompositionExclusions.txt), deflated, in base 64.
/// Layout, all numbers as little-endian base-128 integers: count, then per character (step from the last code point) x 2 + (1 if excluded
/// from composition), first and second part (0: none); count, then per character step and combining class. Hangul syllables are computed.
/// </summary>
internal static class CanonicalData
{
    public const string Deflated =
        "vZh3dJXnfcf13nt1ry5gYhsbG+NCnKbpSdPjE/e0aU9iOyGGYNU2NIDi2P3HSiyDPCDByAR60mgjIQFiCCGmBmhYaKPF0AJJaIFYkgAZtNBgI7ZY/X5e6WJh" +
        "g+vTnhbu7/N+n+f5PeN99qslj/tbJ/jbLRMCZIGyIFmYbLHd9lqy3TJJaZOUNklpkxTvqbCnwp4Ke4bZbVPkP1VxUxU3VXFTCYfZ7V6K81Kcl+K8lO+dALvd" +
        "W3HeivNWnLf8vBXvrXp+r3p8lOajNB+l+SjeV2FfhX0V9lU9s+U/R3FzFDdHcXMIqx4/xfkpzk9xfsq3IMBuW0D7g1W2bEKonrIJKXrKXpPv72Wvyf/3stcW" +
        "6Sl7LVJP2UTZ+5F2+yTl9ZFNUl4f2ST5+MgmqQwf2ST5+cgmq4yZssnymSmbLJ+Zssl6p5my15U2K9Bu91R7fWWeKtNX5ilfX5mnyvKVeS6ye/yrfD+UvaF8" +
        "HyXbbW+qnR/L3lT4Y9mbqu/jSPuwKYqbLZuiuNmyKYqfHWn3mKpy58imqtw5sqkRekbY7dPkO1c2Tb5zZdPkP1c2XXGfyqarzk9l05X2qWy60j6VzZCeJ5sh" +
        "PU994qX2+8m8VIefzEt1+Mm8Fusp81J9fjIvvY+f7G2VOV/2jmwBT43Lu6pvoexd9dFC2bsqe2GkfeLUdWrrOvvzXnr6rbP/dILivWWeMl/ZVNkcmZfMT9Zi" +
        "qAG3QYsRgApARaLMVH+Uv922B5dOkGQTkkElwS7BPlm+M2VvyD6iFrV6juy0VR5nQIFV0SvchQ/Vw5NVy0zN5CkqfrasgmpPgUrQBZrBDTBhmd5BNmG5nrJJ" +
        "0j6ySdI+Mk9pX5mntK9sqvQc2VTpObJp0nNl06Tnyryk/WRe0n6y6UkaJ9kM2bwku/11tXJWpH3kBPWrN3OVdSVr5H2vgSPgKpiq9DmyDDokE7wjWxBsX2fz" +
        "t7tZA+xu7iv1DLMH2L2L3N2e/pnbyBTeabkjwG4tMNws0RKWGBAr2DaBLQRTQY3wj7EODfgWkE1cHigARaAWlyJSK0AJcRWgWhh2EHVQCb+N9lBHR3toD1jp" +
        "EWD3CJUatlbKsoaERI9Q++g1wi8KhRfziMvDORfnRpy341xIwm65/PiKh7rwqrDKWK2wJV94PgqVBaKURUpbSzTBPMHe7FTcUbCa1HwQAwrwW+MRTPnBtCgM" +
        "JWwExaT2kK0XpBNXDxJx3g0SCe4eiItACckEq8ibhqoVDtqSRxwaYUkecXiEZS9IHnFkhKVGapvlyGOHR9jKhO8dFLY6U57c+eTjWYI9V/CMFqyrQQxYD+JB" +
        "AkgDmUKzUTWqeJSlalTTqBfiR+0cZU0Q3DOFVCPnqZ1POQqFyasFawxYT1yacNhaNbpxtL1qdPFoS9XoptEvxI/eOdqaIMxe8UzTMx9XPlP8jKUKVCp4w6h8" +
        "tvHZi0bJmCNjRlYKlsoxjWNslWPKx1hqFLxrVD5X/JylClQ+1/TcesvRsTVjbUfH7h9raZFS8OTYWvfycQXjn64Thh8AjeC4MLZ0XN74py+N6xvnfmnclXHW" +
        "nPH+491zhVGXxvmP/5sV45VtvTA8HiSBNGFs1Pi88ceMLd/N+G7pj0J+kvcT2yIQDiLAEsFjuTBtO8Gdgr1YsJQQLBf6h03YolUn+6VW1e9kv0zUU/bLbD1l" +
        "VSyfbjBRqe/LJir1fdlEpb4vm6i1+r5sYrqeshUWzdmVYIUlAMU5rHgf2aQsPWUpNk3SVPArlfgBJ4+m1UzZ69KzZK+rhlmy1zWXZsleVw2zOJky9JR5qhRf" +
        "2X6adgG8IfuIp3J9JHtDbftI9qb0x7L8l9kYwZuK/ZgUtehj2VvK9YnsLdX7iewteX8imyI9WzZFejZh5Zktm6I8s9PZlwLYlwJQYSihjhevB3W8eD34N9kf" +
        "eKqsP8imyebyVJlzZcdo1HEwTaXPlU1X6qey6Ur9FA+LAsdBK2gD7S8LHWCGbB5Pec6TzVAJ82Qz1MZ5Mq/N2nllXuovP5mX4vxkPTSuF5y2qOlnwG90Un4m" +
        "+43K+Uz2tt5kvuxtec2XvS2f+bK3Vd982dvymS/7rfSfZL9V2p+4OUkv4KTUCbpQ9q58FsreVbsWymbRRsrSCbxAt6l7eqVhE+TgLZsQrqesnL5tB+Ucje2g" +
        "3AhHmalBKCHuFdUQDwJ5myAQyBgEgUBLOCocFYQyc4SSgyuS6vORTVK6j2ySUn1kNVR7GtRQ7WlQQ7WnQQ3VngaFVFsEPBXvK/NUab6yqbI5PBU3R3aYwq6A" +
        "wxR2BRymsCuGmRqEEuoorB7E6USzxIM4qz/KHxWOCkcFoXgbayJK8JL58VS6nyyTzFkgk8xZIJPMWVYzNQgVhEpECe/IY4HsHekFhOW3QPaOvBYE2UdmO1Zy" +
        "Mq6yW/xflVsA8H81ABWAKkeVc+SuBPILwyUchOESDsJwCQd5+OXhF4XLchCFy3LBHk1qNKlrSIgFa0iNJbWA1AJS40iIB3GkxoM4io8HMfjF4JeCSypIwSUV" +
        "pOCSCorwK8IvC5dskIVLNsjCJRvE4heLXyEuRaAQlyJQaBYFSvArwa8UlzJQiksZrd9E6iZS95JQDfaSWk1qBakVpDaQcAA0kHoANFD8AUG3l1V221GlCgGg" +
        "nLvISqC8rWRrA61kawOtuLSZL41fKn49uPSCHlx6QQ8uveZLO/zt1q0ON42TRLpEASJDogiRKVGCqJOoQNRLVCP2Odzs/q9WMCmEQBAEgkEICAWLQBgIB4tB" +
        "BIgES8BSsAzEgXiQABLBZrAFJIFkkAJSwecgDWwF6SADZIJW0AbaQQfoBKdAF+gGPaAXnAZnwFlwDpwHF0C2IxRoP784EKRewZbtUGfm/7yChREKgoF6KVTd" +
        "tVwe7kXqrhRDXlfIWUDODHIWkLOSnNH4h8k/BhFuCkWX/NwfBABzJoeCYO60cotSsUUUUeMwp28oCAZKXOxws90l+12y3yV7BR4VeNTikaVaypgrZcyVCsqo" +
        "BVtw24LbFtyWyi3eXGXa2qwhDjfre27227xINU3cx4tUk+8aL7KJLJHKkopYZooKu3Wb4eYI/IWbNegXbrW2VIeb8w03a4XhdsKIeq1QVwrhB6uEVxsIHgYH" +
        "hQ+DJhbah4UJ9gjhx4mCbYvwk53E7QYVxO0VXnxFok1idL1geVn2qqyTwCk8+1CXUddQ14WR/ahbxAVOkgoS7KGoRcKvElApIBWkCb+7TY47YDlxK4SROahc" +
        "sA3kCQvC3nOzhr/ndmrcF16F9tana9+L9bbVg/3gADgEjoAmcBQcB1+Ak6BNsHeiukCPMPKCYLnw3lpvWx+qD3UVdRV1A3UDdQt1S+rFSqmnNnjHej+fJtjS" +
        "QSbIBrkgDxSAIrAD7AIloEyw70FVgr3CyP2CZb+3KjqIOog6gjqCakY1o46jjku9mEQpFwheBJdAn+BxRwiJs+9dY3GzXqk33Kw1G6T2xgoHvlAwZ71wKllY" +
        "X2IZxIEcBQ8kSi1Kk9pL8NpuofesEHJPKIlU6vZlwo3lwrJ4IfCwEtYdE462CSe6hV1hSjidIFzKxWWD4q4mCcGNOHcK6RS1cafQsF3BMyeF+ggFO1cI1ZrK" +
        "1uYgqU1RQs0uBWP2Caep6PYpYR+Vh26SKkik3i3Cnmrh0BEhijq6zwkB/vhRWwu4sE7IyUDlC/07hMhL8rvXJ8TdEqoXKS44SbhH+xqjhZPZtL5YaL0h3KXQ" +
        "duqoIW85HXs9XWjGr71QWEm/HDsuLDshZPbT0ttC7Vb5HaS5EQG0itbXgfVXhGJacIkWXMXPP0bYT2+Y/XyXthQxeN36TLeuKBUW0eMXT9NDdPEtGlRCv6SW" +
        "CEtwrjsq3KgREmjGbgb+RBadc573ZbQ+p+TtTQpmbZIKI8dd6j0VomBcFYo6MhjL3gSy0eaAA7TlpnAhmNeilP3Moau8YHmKcJmJdJYRrKilUEb6czo7PY1Z" +
        "sk2I2SXsA+vIVsmMvc5Uad/IBN7JgDIT/fcIaxnkRPq0ul0I72UULgtX6LoLjEwS2c6HC4lxTB/GMmYz2Sh+VyrTm8lavtz15tW07yoddquSt6Qjihnpq11C" +
        "Jy99M93V7dt3MFr0fQ5939tDq1gflVS+bbNwjcmwl2m2JkuIYDwyaOQ2OqeQ1LYyBUMp+Vi8cJ6SS5g5sbWu4d7XQSNZfrd5mdu8zBLWahg9lMEECeeNbrE0" +
        "Lu8Xylgf61ni4bTqKEN25iL912+OuXKcY/Ay6MkbFJAWR5WswdNM1s/pugg6Yk85U6rBNcNCaXMqnbiMUT1lzvE6GknlKcyDU0yaUOptP0OH3RX208VtoI43" +
        "b6eUEubpdhq5gaIaeMs1DGM/G0AiLk2FrH1mRAyvVUvTetgPaq+yTK8x+Zl1pWwFsYxl82qlltKd+aFMZVq6CCQxtIeYyo3kCKGfN9JN2+jEHbxvHZtMPb0R" +
        "sVI4RI5SuqlUO6HjmFaK+xW9quMEU/5zZkQNW8tOZvEJcAosY3wbGfNiKtqlGeG+QnuO+w3NMEchg3dHm5bzQjZjCVJymC9sQSfYzQp48wymSjczot5cZYxv" +
        "JzhAr21gaw7dSm+AUhZxCntOJ+NxHqxiXvUweEtZM31gP2u/nXm1nJcOYbSu0wdrW9gUWEznWUxpbGkJjOBytpFiXqsa7AUNoBF8AZbwvktBKTtXACNTet21" +
        "EMPZ68pAH/MghKVxjhG8GexCExtPFPv9aro9gBEsAofYT8PWCvlsRmbXddA59zKFHcziqyy/8yFOzRwV5Uhim8tjeHroNX86scJUxFXRf/1bXP135HMmDaod" +
        "ML7WXDpxD1vVYdC+jY7NFw4yGY6CXrb/dJZGM128jy4Ou9/PreWuzt7G2trDjrl+LwWARgaAOTRwjK0DjeAm25y575pL9zirovYL16BsbHWNTPIFXpDhyTzl" +
        "moSXGKhQlvgOsIGNYtNZ1+w8Dq6AGnb5UlDHqGbfH6hb7HDH+11DVnx/oA6yhC5wCt1cKpQxRqErXQNVwo7JpLbWRrvGzTyZzkW7RnBxjGsEC1lgfYxgLBvA" +
        "NXbH21tdA2oul+OZrqGNyHKN74p8172kpsFD3QmOdAsb5mvI/dXQIlC9WTOgoUg4dEfYXawMS5Ur3Dg6fNtw977hBcOf6R1eNtzaO7x8uLX6mrXMpHSDkoRC" +
        "sHO49QA4CA6Bw+AIaBTcm1FHwTFwHLSQcAK0EmxDdaA6UV2obtADesHpgUKLqK2EUkpwLhm+xis23rY93mZbZz7GbTEfoZbsBFtygs2SYz4KPaqSbMVJNose" +
        "TUm2E+5FqbbtqTaLHlmpNpseu1JtN6yFabbMNMWaj/7H8nJsWTm2+lb3pgTHqQSHtXngcTLBcX7gcWHgcXHgcWng0ZfgyDSKEk3X7QOPHYlmjp0DD4UuDIT0" +
        "CIh17mL5FYIykBCogWrdaAzuZjtAIOdMv3nYxLt2uP1go68WQKTH4H53GHSC62D9YiUUyaOb0BIWcy1RMajN5tWJLX9romv5n0wcps0BFcTmf1JZdyAqQR+4" +
        "DqI/HNwVvtxfzf0hhE02NMl1mapOcm28x8BlcAfcexBbV6lNF1msNdytToKO1Yo7g7oEQjnqNnL1KETtBT0ggbhrIIp96RDoAMFpLph7VRrIBeVgdYbrJIhB" +
        "HUBd2eo69M6zne3LJA4sYYuLQOWgssFW89hIVSP7UNdBKHvfWpBg7oIgJV0up8HZXLYudsZk0EywC3X+E61pWRgbZvF97M1Vpt2ct80FrrvTZbAmXwn3UKGc" +
        "WIfYWBNQAXM0b+6fZKVFNB107qAkLildqPPmJwO4Ddq4j7WDzD9ofBAp3Bl3gV7Qrvig3cp5WyKLzTwX5APz42JFlabNXVR2pccgAjijEsy2gao/auhOKf7Y" +
        "bu007USdAR2KX8upUA+awE0QwCGxfa7m8NzBQ/lwvXJXofZyWNSVu04RU/XfP0pywGaQCU7cP8bNz7Eojpd14AuQzc3mMGjg5hrZqDp2oW4T14MK4izqBJea" +
        "lJrAgVRBMBVkzFMnEXUXbOB2fR11dt7gveEsWNyqnB3cIG5wg6jmKIv9bPA+ESbR6adeZN1FA3/OtvWkpfORc3TRAydfPDgBDoHd7OvVKqOfu14IONjguqac" +
        "61HiUtQm4lYdNAbOgHJE4iHurSCFr77Ec/I9jlrzJ9XC0Zp8SVGHUfsU1YfY1OQ6cneAJVflEbFd6Efta+Zmd1OqhOtsPegmbjXnc/Ex183JPK57wQ0Qwg11" +
        "Y7+ybSOYyb3qPMhdOHigV4EDd+RxE9/znO8n7vJy94RKPouKWl1n/jqw+j80OxF3wHWQzlV3CztgBbeCjmBNxfXcn9MWSaV0ui4JDSAsUnH+XBeiQd5SBVdF" +
        "Cf3cHiK41W/9s4pDFP55wKq4U7T0uG4XIebXFVj3n5qTXDPy16iEYtSKWOfgl+cm1lYUV4/4TYorBHvihNt/UTP8XReRy/GK6gOxCUIu2Mi9ZNN9mHcV82iP" +
        "uGB+UdEPAeangpz38Sljfq6bN5kOEpK2OgdvpWvTpSqAeRU/AzIDXffTGrAf3M6RS3KeC+e5DwUG04kFClZyM6oGycT5c7k4yIU+LoQFheoA/tybQkuU2oEK" +
        "CGWMuUYFcumtANuIS9kjlypwlODRCgaAm1ZxpVQ0343991wXr2PVikusEVoJptTSw6iTXVyAWEY5LKigQG5LYZSCysujufvlnAdWsqDWd7v2sGCwkZv0GXIs" +
        "54s+AmwAuZx72aYCu0AX2NnoHPz838B1sAOkcydMRO1CdS9yXeMPEVdDsA60gPxmFXDmmHDkqJC2mFnFh+xlsHoxObqV0InaekLqC1zaQPZJur2NAgg23P8D" +
        "TjfoBalLuGOCpVxS25e4rqsp4AwI5W9VTREUigrgO+8mwVZUB+g+qzqa+EA9AfIiGQ/UDl0dMi4psauPCb+E4QVx92+65iX3CH9jS7nJ+/HVUgbWcfG9DjLv" +
        "KiE4SiNRyx+edoKL68zK2Jc2uC7IByN0/pwDq/gSvASW8we0jKWKW4cq5ObctIU/MoHbBG8mC9Ep/CErRn4R/EUleiV/aUozW6C4LoK7uWvncDAmcuGuSFDC" +
        "2s3C+VUcK6CV+/fiFMXlRLPmUocNXsdNpIL8NMW18+Gau5rTg6/XZP7AVw7ugn0x/AUpf9jgBb6Uz/g7RSTEspeD7u0Ey+Ryg2BIudTSPcLyCmEH3/yNazlE" +
        "UXdBCLf6ZWA12AH864a5rXX427sM43/z6zGMliE/BZsfjNGvxvx9c8xDf1/+Gxr7qKZcNPl1NzNoeTD4pU/PEN1rGKfN31Dx7TpileXB8GLLV1o6NHjiEe/x" +
        "9R74Sl5l7DTFMGO4McJ4zBhpfMd43HjCeNIYpf9PGU8boy3PWJ41xljMbJYnPR/V5HHGeOO7L401njf+akAbLxjfe6AdXY94gRbjib/+4GFlWr/mPhBjGZL1" +
        "+98f3/WwNxv6xkPFV6r/OruM+Ie/oJk8rMUYMyTS8ugBtDzC5+9dLXul6+Fz8EffPIjfeilZHtopXy92YMi6HtGDD5b5iuMJp22I0yyFX+oyXtVjzqD5G+bD" +
        "Y4bx7x/oOdtpOJ9w/tk5e6Yx03CO/Mgw/3/ymfGZQgsN8/9bZlXPt9BkS7PxLwGGEWhYgg17IGLgZw10daRz4PnzFuOPDotKn95iNLi7GpjnUMx450bDObzL" +
        "qNPkjmKOmy1uGXi87nz6ER1mbTFe+tYLyNLy33TVV2I+cDzu/NuuR47gP6vZP3OMECc6Yr8cwkev3yExlqEbm+HeYji6DJvpWPXQpjykidqZGl0badf/76/H" +
        "3II6zdqPuXZN14I8MDiw/BuaaUiMPGyDgZb7aQ920L1nXBmXGk7v/+MXSrMdM1+nx9xdW/l96GF4HDkz0NZvyPmCyV+bjLY4f+BcYzif/x+14aeul/+B8z3H" +
        "Y86LX+5CLYNbqN21Nf2T87rhzN5oPBdo7/p2R4hr0uxztBgdCq3+SpaVj5mn4w+7BgbC3Zk0UE6xbYhT8EAzfu0qcnLLI3Zn1+8fhkSWGc6/c37H+VOn4fiV" +
        "K8dLWjo/d7zlHOb4SNG5hsNw/tphaAMa87DXsj0Y3Gc4bY5nu4z3lfW2IfzFOV+c51yqDcYRxC7j7thgOGc4RzmnOZOsziCLufVMc35u1SMj5svl9/LDqtvu" +
        "tBv29FjDqPphs3mhMf/Z2k095Od8xMXF+rBBGT8kJvq+2jn2Gw+jb/+zPrqcr5Tm86gj84YcXx0SvmPtcd2Puow2x8PedPbXy3H8Fw==";
}
