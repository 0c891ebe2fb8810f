% GNU Octave: filter2, which is conv2 with the kernel turned round, for one image, one channel and one filter.
%
%   apt install octave
%   conv2d-conformance run 'command:octave-cli --quiet --no-init-file octave_conv2.m' --accept-limits
%
% Its manual says of NaN that it comes of "any operation involving another NaN value", and so non_finite is claimed.
% Octave is column-major: the bytes of shape (1, 1, H, W) are a matrix of W rows, which is transposed.
1; % a script, which begins with no function

function line = read_line() % fgetl would wait for the byte behind it
  line = "";
  while !isempty(byte = fread(stdin, 1, "uint8=>char")) && byte != "\n"
    line(end + 1) = byte;
  end
end

function array = read_array(entry)
  types = struct("float32", "single", "float64", "double");
  type = types.(entry.dtype);
  shape = entry.shape(:).';
  array.name = entry.name;
  array.dtype = entry.dtype;
  array.values = reshape(fread(stdin, prod(shape), ["*" type], 0, "ieee-le"), [shape(end:-1:1) 1]).';
end

function answer(message, values)
  fwrite(stdout, [jsonencode(message) "\n"]);
  if strcmp(message.answer, "result")
    fwrite(stdout, values.', class(values), 0, "ieee-le");
  end
  fflush(stdout);
end

function conv2d(request, arrays)
  named = struct();
  for array = arrays
    named.(array.name) = array.values;
  end
  padding = request.arguments.padding;
  if !ischar(padding)
    padding = "valid"; % explicit padding is not claimed, so it is of zero rows
  end
  try
    y = filter2(named.weight, named.input, padding);
    entry = struct("dtype", arrays(1).dtype, "shape", [1 1 size(y)]);
    message = struct("answer", "result", "id", request.id, "arrays", {{entry}});
    if !strcmp(class(y), class(named.input)) || !isreal(y)
      message = struct("answer", "error", "id", request.id, "kind", "not-an-array", "sentence", class(y));
    end
  catch refusal
    y = [];
    message = struct("answer", "rejected", "id", request.id, "type", "error", "message", refusal.message);
  end
  answer(message, y);
end

hello = struct( ...
  "answer", "hello", "protocol", 1, "name", "octave-conv2", "version", OCTAVE_VERSION, "language", "octave", ...
  "description", "filter2, which is conv2 with the kernel turned round", ...
  "capabilities", struct( ...
    "dtypes", {{"float32", "float64"}}, "padding", {{"valid", "same"}}, "bias", false, "stride", false, ...
    "dilation", false, "groups", false, "multi_channel", false, "non_finite", true, "deterministic", true, ...
    "limits", {{"N == 1", "C == 1", "M == 1"}}));

while !isempty(line = read_line())
  request = jsondecode(line);
  arrays = struct([]);
  if isfield(request, "arrays")
    arrays = arrayfun(@read_array, request.arrays.');
  end
  if strcmp(request.op, "bye")
    break
  elseif strcmp(request.op, "hello")
    answer(hello);
  elseif strcmp(request.op, "conv2d")
    conv2d(request, arrays);
  else
    answer(struct("answer", "error", "id", request.id, "kind", "protocol", "sentence", "unknown operation"));
  end
end
