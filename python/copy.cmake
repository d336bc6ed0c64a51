# cmake -DFROM=python/ebit -DTO=<build>/python/ebit -P copy.cmake: the package's Python files beside its compiled core.
file(COPY "${FROM}/" DESTINATION "${TO}" FILES_MATCHING PATTERN "*.py")
