# A conv2d-conformance worker in R, protocol 1: base R and jsonlite.
#
#   conv2d-conformance run 'command:Rscript r_torch.R torch'    nn_conv2d of the package torch; run with torch 0.11.0
#   conv2d-conformance run 'command:Rscript r_torch.R loops'    plain R, the definition
#
# What follows restricts the claims: `padding=explicit` `padding_modes=zeros,reflect` `validation=FALSE` `views=`.
#
# Arrays travel in C order and R is column-major: the bytes of shape (N, C, H, W) are an R array of dim (W, H, C, N).

answers <- file("/dev/stdout", "ab", raw = TRUE) # before the sink: what R prints from here on goes to standard error
sink(stderr())
requests <- file("stdin", "rb") # binary: not buffered by R, so that readLines and readBin may be mixed

SIZES <- c(float32 = 4L, float64 = 8L) # what is claimed

# ---- (a) plain R ------------------------------------------------------------------------------------------------------

loops <- function() {
  conv2d <- function(arrays, arguments) {
    if (!is.null(arguments$padding_mode)) stop("padding_mode is not supported")
    run <- function(stride = c(1, 1), padding = c(0, 0), dilation = c(1, 1), groups = 1) {
      in_r <- function(a) array(a$values, rev(a$shape))
      x <- in_r(arrays$input)
      w <- in_r(arrays$weight)
      n <- dim(x)[4]; c_in <- dim(x)[3]; h <- dim(x)[2:1]
      m <- dim(w)[4]; c_group <- dim(w)[3]; k <- dim(w)[2:1]
      o <- (h + 2 * padding - dilation * (k - 1) - 1) %/% stride + 1
      p <- array(0, c(h[2] + 2 * padding[2], h[1] + 2 * padding[1], c_in, n))
      p[padding[2] + seq_len(h[2]), padding[1] + seq_len(h[1]), , ] <- x
      y <- array(0, c(o[2], o[1], m, n))
      for (j in seq_len(m)) {
        total <- if (is.null(arrays$bias)) 0 else arrays$bias$values[j]
        first <- (j - 1) %/% (m %/% groups) * c_group
        for (i in seq_len(c_group)) for (a in seq_len(k[1])) for (b in seq_len(k[2])) {
          rows <- (a - 1) * dilation[1] + 1 + (seq_len(o[1]) - 1) * stride[1]
          cols <- (b - 1) * dilation[2] + 1 + (seq_len(o[2]) - 1) * stride[2]
          total <- total + p[cols, rows, first + i, ] * w[b, a, i, j]
        }
        y[, , j, ] <- total
      }
      list(list(dtype = arrays$input$dtype, shape = rev(dim(y)), values = as.vector(y)))
    }
    do.call(run, lapply(arguments, as.numeric)) # numbers beyond 2^53 come as text
  }
  list(
    hello = list(
      name = "r-loops", version = as.character(getRversion()), description = "The definition, in plain R",
      operations = list("conv2d"),
      capabilities = list(dtypes = as.list(names(SIZES)), arguments = list("pair", "defaults"), deterministic = TRUE),
      environment = list(R = R.version.string)
    ),
    operations = list(conv2d = conv2d)
  )
}

# ---- (b) nn_conv2d of R torch ------------------------------------------------------------------------------------------

r_torch <- function() {
  suppressPackageStartupMessages(library(torch))
  if (!torch_is_installed()) stop("LibTorch is not installed")
  types <- list(float32 = torch_float32(), float64 = torch_float64())
  others <- list(float16 = torch_half()) # are read, for illegal calls, and not claimed
  if ("torch_bfloat16" %in% getNamespaceExports("torch")) others$bfloat16 <- getExportedValue("torch", "torch_bfloat16")()

  lay_out <- function(t, view) {
    d <- t$dim()
    reordered <- function(to) t$permute(to)$contiguous()$permute(order(to))
    switch(view,
      "transposed" = if (d < 2) t else reordered(c(seq_len(d - 2), d, d - 1)),
      "channels-last" = if (d < 3) t else reordered(c(seq_len(d - 3), d - 1, d, d - 2)),
      "fortran" = reordered(rev(seq_len(d))),
      "offset" = {
        section <- torch_full(t$shape + 2, NaN, dtype = t$dtype)
        for (i in seq_len(d)) section <- section$narrow(i, 2, t$shape[i])
        section$copy_(t)
      },
      "broadcast" = {
        axis <- which(t$shape > 1)
        if (length(axis)) t$narrow(axis[1], 1, 1)$contiguous()$expand(t$shape) else t
      },
      stop("unknown view ", view)
    )
  }
  tensor <- function(a, view) {
    dtype <- c(types, others)[[a$dtype]]
    if (is.null(dtype)) stop("this version of torch has no dtype ", a$dtype)
    t <- torch_tensor(a$values, dtype = dtype)$reshape(a$shape)
    if (is.null(view)) t else lay_out(t, view)
  }
  numbers <- function(t) {
    name <- names(which(vapply(types, function(type) t$dtype == type, NA)))
    if (!length(name)) stop(not_an_array(paste("an array of dtype", format(t$dtype))))
    values <- if (t$numel() == 0) numeric(0) else as.numeric(as_array(t$detach()$contiguous()$view(-1)))
    list(dtype = name, shape = t$shape, values = values)
  }
  layer_of <- function(arrays, arguments, view) {
    w <- arrays$weight$shape
    channels <- tail(arrays$input$shape, 3)[1]
    shape <- list(channels, w[1], w[-(1:2)], bias = !is.null(arrays$bias))
    layer <- do.call(nn_conv2d, c(shape, arguments))
    layer$weight <- nn_parameter(tensor(arrays$weight, view))
    if (!is.null(arrays$bias)) layer$bias <- nn_parameter(tensor(arrays$bias, view))
    layer
  }
  conv2d <- function(arrays, arguments, view = NULL) {
    layer <- layer_of(arrays, arguments, view)
    x <- tensor(arrays$input, view)
    list(numbers(with_no_grad(layer(x))))
  }
  gradients <- function(arrays, arguments, view = NULL) {
    layer <- layer_of(arrays, arguments, view)
    x <- tensor(arrays$input, view)$requires_grad_(TRUE)
    layer(x)$backward(tensor(arrays$grad_output, view))
    list(numbers(x$grad), numbers(layer$weight$grad), if (!is.null(arrays$bias)) numbers(layer$bias$grad))
  }
  initialize <- function(arrays, arguments, view = NULL) {
    seed <- if (is.null(arguments[["seed"]])) 0 else arguments[["seed"]]
    dtype <- if (is.null(arguments[["dtype"]])) "float32" else arguments[["dtype"]]
    torch_set_default_dtype(types[[dtype]]) # nn_conv2d has no dtype argument
    on.exit(torch_set_default_dtype(torch_float32()))
    torch_manual_seed(seed)
    layer <- do.call(nn_conv2d, arguments[setdiff(names(arguments), c("seed", "dtype"))])
    list(numbers(layer$weight), if (!is.null(layer$bias)) numbers(layer$bias))
  }
  list(
    hello = list(
      name = "r-torch", version = as.character(packageVersion("torch")),
      description = "nn_conv2d of the R package torch; the layer is constructed in every call",
      operations = list("conv2d", "initialize", "gradients"),
      capabilities = list(
        dtypes = as.list(names(SIZES)), padding = list("explicit", "valid", "same"),
        padding_modes = list("zeros", "reflect", "replicate", "circular"), arguments = list("pair", "scalar", "defaults"),
        unbatched = TRUE, empty_batch = TRUE, non_finite = TRUE, validation = TRUE, deterministic = TRUE,
        torch_seed_stream = TRUE, subnormals = list(float32 = "kept", float64 = "kept"),
        views = list("transposed", "channels-last", "offset", "broadcast", "fortran")
      ),
      environment = list(R = R.version.string, LibTorch = torch:::torch_version)
    ),
    operations = list(conv2d = conv2d, initialize = initialize, gradients = gradients)
  )
}

# ---- the protocol ------------------------------------------------------------------------------------------------------

json <- function(x) jsonlite::toJSON(x, auto_unbox = TRUE, null = "null", digits = NA)

send <- function(answer, arrays = NULL) {
  if (!is.null(arrays)) {
    answer$arrays <- lapply(arrays, function(a) if (!is.null(a)) list(dtype = a$dtype, shape = as.list(a$shape)))
  }
  writeBin(charToRaw(enc2utf8(paste0(json(answer), "\n"))), answers)
  for (a in arrays) if (length(a$values)) writeBin(a$values, answers, size = SIZES[[a$dtype]], endian = "little")
  flush(answers)
}

# A JSON list of numbers becomes a vector; everything else stays what it is. In R a list of one number is that number.
in_r <- function(x) {
  one_type <- is.list(x) && length(x) && is.null(names(x)) &&
    any(vapply(list(is.numeric, is.character, is.logical), function(f) all(vapply(x, f, NA)), NA))
  if (one_type) unlist(x) else x
}

read_arrays <- function(entries) {
  arrays <- list()
  for (e in entries) {
    shape <- as.numeric(unlist(e$shape))
    arrays[[e$name]] <- list(dtype = e$dtype, shape = shape, values = read_values(e$dtype, prod(shape)))
  }
  arrays
}

read_values <- function(dtype, n) {
  if (dtype %in% names(SIZES)) return(readBin(requests, "numeric", n, size = SIZES[[dtype]], endian = "little"))
  bytes <- matrix(readBin(requests, "raw", 2 * n), 2)
  if (dtype == "bfloat16") return(readBin(as.vector(rbind(as.raw(0), as.raw(0), bytes)), "numeric", n, size = 4, endian = "little"))
  bits <- as.integer(bytes[1, ]) + 256L * as.integer(bytes[2, ]) # float16
  exponent <- bits %/% 1024L %% 32L
  digits <- bits %% 1024L / 1024
  size <- ifelse(exponent == 0, digits * 2^-14, (1 + digits) * 2^(exponent - 15))
  size <- ifelse(exponent < 31, size, ifelse(digits == 0, Inf, NaN))
  ifelse(bits < 32768L, size, -size)
}

not_an_array <- function(sentence) structure(class = c("not_an_array", "error", "condition"), list(message = sentence))

perform <- function(operation, request, arrays) {
  arguments <- lapply(request[["arguments"]], in_r)
  call <- list(arrays, arguments)
  if (!is.null(request[["view"]])) call$view <- request[["view"]]
  started <- proc.time()[["elapsed"]]
  result <- tryCatch(do.call(operation, call), error = identity)
  if (!inherits(result, "error")) {
    return(send(list(answer = "result", id = request$id, seconds = proc.time()[["elapsed"]] - started), result))
  }
  message <- iconv(conditionMessage(result), to = "UTF-8", sub = "byte")
  if (grepl("cannot allocate|alloc_cpu|not enough memory", message)) {
    send(list(answer = "error", id = request$id, kind = "memory", sentence = message))
  } else if (inherits(result, "not_an_array")) {
    send(list(answer = "error", id = request$id, kind = "not-an-array", sentence = message))
  } else {
    send(list(answer = "rejected", id = request$id, type = class(result)[1], message = message))
  }
}

words <- commandArgs(trailingOnly = TRUE)
choice <- if (length(words)) words[1] else "torch"
worker <- tryCatch(switch(choice, torch = r_torch(), loops = loops(), stop("unknown: ", choice)), error = identity)
for (restriction in strsplit(words[-1], "=", fixed = TRUE)) {
  values <- strsplit(c(restriction, "")[2], ",", fixed = TRUE)[[1]]
  logical <- identical(values, "TRUE") || identical(values, "FALSE")
  worker$hello$capabilities[[restriction[1]]] <- if (logical) as.logical(values) else as.list(values)
}

while (length(line <- readLines(requests, 1))) {
  request <- jsonlite::parse_json(line, bigint_as_char = TRUE)
  arrays <- read_arrays(request[["arrays"]])
  if (request$op == "bye") break
  if (request$op == "hello") {
    if (inherits(worker, "error")) {
      send(list(answer = "error", kind = "load", sentence = conditionMessage(worker)))
    } else {
      send(c(list(answer = "hello", protocol = 1, language = "R"), worker$hello))
    }
  } else if (is.null(worker$operations[[request$op]])) {
    send(list(answer = "error", id = request$id, kind = "protocol", sentence = paste("unknown operation", request$op)))
  } else {
    perform(worker$operations[[request$op]], request, arrays)
  }
}
quit("no")
