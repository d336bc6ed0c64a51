// The translation unit that owns the precompiled torch header; see EbitTorch.cmake.
