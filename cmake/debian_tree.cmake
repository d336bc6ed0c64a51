# Run by CPack on the folder that becomes the Debian package: manual pages compressed, a copyright file in place
# of the licence's text, completion of zsh where Debian looks for it.
file(GLOB_RECURSE pages "${CPACK_TEMPORARY_DIRECTORY}/ebit.1")
if(NOT pages)
  message(FATAL_ERROR "debian_tree.cmake: no manual page below ${CPACK_TEMPORARY_DIRECTORY}")
endif()
foreach(page IN LISTS pages)
  get_filename_component(share "${page}/../../.." ABSOLUTE)
  file(GLOB manual "${share}/man/man1/*.1")
  execute_process(COMMAND gzip -9nf ${manual} COMMAND_ERROR_IS_FATAL ANY)
  file(MAKE_DIRECTORY "${share}/zsh/vendor-completions")
  file(RENAME "${share}/zsh/site-functions/_ebit" "${share}/zsh/vendor-completions/_ebit")
  file(REMOVE_RECURSE "${share}/zsh/site-functions")

  set(doc "${share}/doc/ebit")
  file(REMOVE "${doc}/LICENSE")
  file(WRITE "${doc}/copyright" "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: ebit

Files: *
Copyright: The ebit authors
License: Apache-2.0

Files: usr/share/ebit/data/seattle-weather.csv usr/share/ebit/data/sunspots-yearly.csv usr/share/ebit/data/lorenz-reservoirpy.csv
Copyright: nobody
License: public-domain
 Work of the US Government, or numbers of a formula: see usr/share/ebit/data/README.md.

Files: usr/share/ebit/data/co2-concentration.csv
Copyright: Scripps CO2 Program, Scripps Institution of Oceanography, UC San Diego
License: CC-BY-4.0

Files: usr/share/ebit/data/digits8x8.csv.gz
Copyright: E. Alpaydin and C. Kaynak, Bogazici University
License: CC-BY-4.0

License: CC-BY-4.0
 https://creativecommons.org/licenses/by/4.0/legalcode

License: Apache-2.0
 On Debian systems, the text of this licence is in
 /usr/share/common-licenses/Apache-2.0.
")
endforeach()
