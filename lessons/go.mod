// The lessons' Go files are partial overlays on a stage: they belong to nobody's build.
module stagecraft/lessons

go 1.26.0
