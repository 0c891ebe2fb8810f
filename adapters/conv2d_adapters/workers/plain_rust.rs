// A worker in Rust, of the standard library alone: the definition, with every padding and padding mode, and its checks.
//
//   rustc --edition 2021 -O -o plain_rust plain_rust.rs
//   conv2d-conformance run command:./plain_rust
//
// It is for a little-endian machine.
use std::collections::BTreeMap;
use std::io::{self, BufRead, Read, Write};

// ---- JSON ----

#[derive(Clone, Debug)]
enum Json {
    Integer(i64),
    Word(String),
    List(Vec<Json>),
    Object(BTreeMap<String, Json>),
    Other, // fractions, true, false, null: nothing that is used here
}
use Json::{Integer, List, Object, Other, Word};

struct Parser<'a>(&'a [u8]); // what is left

impl Parser<'_> {
    fn skip(&mut self) -> u8 {
        while matches!(self.0.first(), Some(b' ' | b'\t' | b'\r' | b'\n' | b',' | b':')) {
            self.0 = &self.0[1..];
        }
        self.0.first().copied().unwrap_or(b'}')
    }

    fn value(&mut self) -> Json {
        let first = self.skip();
        match first {
            b'"' => Word(self.word()),
            b'[' | b'{' => {
                self.0 = &self.0[1..];
                let (mut list, mut object) = (Vec::new(), BTreeMap::new());
                while !matches!(self.skip(), b']' | b'}') {
                    if first == b'[' {
                        list.push(self.value());
                    } else {
                        let key = {
                            self.skip();
                            self.word()
                        };
                        let value = self.value();
                        object.insert(key, value);
                    }
                }
                self.0 = &self.0[1.min(self.0.len())..];
                if first == b'[' {
                    List(list)
                } else {
                    Object(object)
                }
            }
            _ => {
                let end = self.0.iter().position(|byte| b",]} \t\r\n".contains(byte)).unwrap_or(self.0.len());
                let text = String::from_utf8_lossy(&self.0[..end]).to_string();
                self.0 = &self.0[end..];
                text.parse().map_or(Other, Integer)
            }
        }
    }

    fn word(&mut self) -> String {
        let mut taken = Vec::new();
        let mut rest = self.0[1..].iter().enumerate();
        while let Some((place, &byte)) = rest.next() {
            match byte {
                b'"' => {
                    self.0 = &self.0[place + 2..];
                    break;
                }
                b'\\' => taken.extend(rest.next().map(|(_, byte)| *byte)), // escapes occur in no word that is known
                _ => taken.push(byte),
            }
        }
        String::from_utf8_lossy(&taken).to_string()
    }
}

impl Json {
    fn get(&self, key: &str) -> Option<&Json> {
        if let Object(entries) = self {
            entries.get(key)
        } else {
            None
        }
    }
    fn text(&self, key: &str) -> &str {
        if let Some(Word(text)) = self.get(key) {
            text
        } else {
            ""
        }
    }
}

// ---- the convolution ----

struct Array {
    dtype: String,
    shape: Vec<i64>,
    data: Vec<f64>, // float32 is widened, and every sum is rounded to it after each addition
}

type Checked<T> = Result<T, String>;

fn require(holds: bool, message: &str) -> Checked<()> {
    if holds {
        Ok(())
    } else {
        Err(message.to_string())
    }
}

fn pair(arguments: &Json, name: &str, least: i64, otherwise: i64) -> Checked<[i64; 2]> {
    let numbers = match arguments.get(name) {
        None => vec![Integer(otherwise); 2],
        Some(List(numbers)) => numbers.clone(),
        Some(number) => vec![number.clone(), number.clone()],
    };
    match numbers[..] {
        [Integer(a), Integer(b)] if a >= least && b >= least => Ok([a, b]),
        _ => Err(format!("{name} must be one integer or two, each at least {least}")),
    }
}

/// The index of the input that a row or column of the padded input stands for; none in the padding of zeros.
fn source(index: i128, size: i128, mode: &str) -> Option<usize> {
    let inside = match mode {
        _ if (0..size).contains(&index) => index,
        "reflect" => {
            if index < 0 {
                -index
            } else {
                2 * (size - 1) - index
            }
        }
        "replicate" => index.clamp(0, size - 1),
        "circular" => index.rem_euclid(size),
        _ => return None,
    };
    Some(inside as usize)
}

fn conv2d(named: &BTreeMap<String, Array>, arguments: &Json) -> Checked<Array> {
    let (x, w, b) = (&named["input"], &named["weight"], named.get("bias"));
    let known = ["stride", "padding", "dilation", "groups", "padding_mode"];
    if let Object(given) = arguments {
        require(given.keys().all(|name| known.contains(&name.as_str())), "there is an unknown argument")?;
    }
    require(matches!(x.shape.len(), 3 | 4) && w.shape.len() == 4, "the number of axes is wrong")?;
    require([Some(x), Some(w), b].into_iter().flatten().all(|a| a.dtype == x.dtype), "the dtypes differ")?;
    let batched = x.shape.len() == 4;
    let lengths = if batched { x.shape.clone() } else { [&[1], &x.shape[..]].concat() };
    let [n, c, h, width]: [i64; 4] = lengths.try_into().unwrap();
    let [m, g, kh, kw]: [i64; 4] = w.shape[..].try_into().unwrap();
    let (stride, dilation) = (pair(arguments, "stride", 1, 1)?, pair(arguments, "dilation", 1, 1)?);
    let groups = match arguments.get("groups") {
        None => 1,
        Some(Integer(groups)) if *groups >= 1 => *groups,
        _ => return Err("groups must be an integer, at least 1".to_string()),
    };
    require(m % groups == 0 && g.checked_mul(groups) == Some(c), "the channels do not fit the groups")?;
    require(c > 0 && m > 0 && kh > 0 && kw > 0, "there are no channels, no filters, or no kernel")?;
    require(b.map_or(true, |b| b.shape == [m]), "the bias must have one number for each filter")?;
    let mode = if arguments.get("padding_mode").is_some() { arguments.text("padding_mode") } else { "zeros" };
    require(["zeros", "reflect", "replicate", "circular"].contains(&mode), "this padding_mode is unknown")?;

    let (sizes, kernel) = ([h, width], [kh, kw]);
    let extents: [i128; 2] = std::array::from_fn(|i| i128::from(dilation[i]) * i128::from(kernel[i] - 1) + 1);
    let (mut leading, mut trailing) = ([0i128; 2], [0i128; 2]);
    match arguments.get("padding") {
        Some(Word(word)) if word == "valid" => (),
        Some(Word(word)) if word == "same" => {
            require(stride == [1, 1], "the padding \"same\" needs a stride of 1")?;
            leading = extents.map(|extent| (extent - 1) / 2);
            trailing = std::array::from_fn(|i| extents[i] - 1 - leading[i]);
        }
        _ => {
            leading = pair(arguments, "padding", 0, 0)?.map(i128::from);
            trailing = leading;
        }
    }
    let mut out = [0i64; 2];
    for i in 0..2 {
        let (size, most) = (i128::from(sizes[i]), leading[i].max(trailing[i]));
        require(
            mode == "zeros" || mode == "replicate" && size > 0 || most <= size - i128::from(mode == "reflect"),
            "there is more padding than this padding_mode can take from the input",
        )?;
        let rest = size + leading[i] + trailing[i] - extents[i];
        require(rest >= 0, "the kernel is larger than the padded input")?;
        out[i] = i64::try_from(rest / i128::from(stride[i]) + 1).map_err(|_| "the output is too large")?;
    }
    let shape = if batched { vec![n, m, out[0], out[1]] } else { vec![m, out[0], out[1]] };
    let single = x.dtype == "float32";
    let rounded = |value: f64| if single { f64::from(value as f32) } else { value };
    let mut data = Vec::new();
    for (image, filter) in (0..n).flat_map(|image| (0..m).map(move |filter| (image, filter))) {
        for (oh, ow) in (0..out[0]).flat_map(|oh| (0..out[1]).map(move |ow| (oh, ow))) {
            let mut total = b.map_or(0.0, |b| b.data[filter as usize]);
            for channel in 0..g {
                let plane = image * c + filter / (m / groups) * g + channel;
                for row in 0..kh {
                    for column in 0..kw {
                        let at = |o: i64, k: i64, i: usize| {
                            let [o, k, s, d] = [o, k, stride[i], dilation[i]].map(i128::from);
                            source(o * s - leading[i] + k * d, i128::from(sizes[i]), mode)
                        };
                        if let (Some(i), Some(j)) = (at(oh, row, 0), at(ow, column, 1)) {
                            let pixel = x.data[((plane * h) as usize + i) * width as usize + j];
                            let tap = w.data[(((filter * g + channel) * kh + row) * kw + column) as usize];
                            total = rounded(total + rounded(pixel * tap));
                        }
                    }
                }
            }
            data.push(total);
        }
    }
    Ok(Array { dtype: x.dtype.clone(), shape, data })
}

// ---- the protocol ----

const HELLO: &str = concat!(
    r#"{"answer": "hello", "protocol": 1, "name": "plain-rust", "version": "1", "language": "rust", "#,
    r#""description": "The definition, in Rust", "capabilities": {"dtypes": ["float32", "float64"], "#,
    r#""padding": ["explicit", "valid", "same"], "padding_modes": ["zeros", "reflect", "replicate", "circular"], "#,
    r#""arguments": ["pair", "scalar", "defaults"], "unbatched": true, "empty_batch": true, "non_finite": true, "#,
    r#""validation": true, "deterministic": true, "subnormals": {"float32": "kept", "float64": "kept"}}}"#
);

fn read_array(requests: &mut impl Read, entry: &Json) -> io::Result<Array> {
    let lengths = if let Some(List(lengths)) = entry.get("shape") { &lengths[..] } else { &[] };
    let shape: Vec<i64> = lengths.iter().map(|length| if let Integer(n) = length { *n } else { 0 }).collect();
    let count = shape.iter().product::<i64>() as usize;
    let dtype = entry.text("dtype").to_string();
    let mut bytes = vec![0; count * if dtype == "float32" { 4 } else { 8 }];
    requests.read_exact(&mut bytes)?;
    let data = match dtype.as_str() {
        "float32" => bytes.chunks(4).map(|four| f32::from_le_bytes(four.try_into().unwrap()).into()).collect(),
        _ => bytes.chunks(8).map(|eight| f64::from_le_bytes(eight.try_into().unwrap())).collect(),
    };
    Ok(Array { dtype, shape, data })
}

fn main() -> io::Result<()> {
    let (mut requests, mut answers) = (io::stdin().lock(), io::stdout().lock());
    let mut line = Vec::new();
    while requests.read_until(b'\n', &mut line)? > 0 {
        let request = Parser(&line).value();
        line.clear();
        let mut named = BTreeMap::new();
        if let Some(List(entries)) = request.get("arrays") {
            for entry in entries {
                named.insert(entry.text("name").to_string(), read_array(&mut requests, entry)?);
            }
        }
        let id = if let Some(Integer(id)) = request.get("id") { *id } else { 0 };
        let (answer, result) = match request.text("op") {
            "bye" => break,
            "hello" => (HELLO.to_string(), None),
            "conv2d" => match conv2d(&named, request.get("arguments").unwrap_or(&Other)) {
                Ok(y) => {
                    let entry = format!(r#"{{"dtype": "{}", "shape": {:?}}}"#, y.dtype, y.shape);
                    (format!(r#"{{"answer": "result", "id": {id}, "arrays": [{entry}]}}"#), Some(y))
                }
                Err(why) => {
                    let why = why.replace('"', "'");
                    (format!(r#"{{"answer": "rejected", "id": {id}, "type": "illegal", "message": "{why}"}}"#), None)
                }
            },
            _ => {
                let said = r#""kind": "protocol", "sentence": "unknown operation""#;
                (format!(r#"{{"answer": "error", "id": {id}, {said}}}"#), None)
            }
        };
        writeln!(answers, "{answer}")?;
        if let Some(Array { dtype, data, .. }) = result {
            for value in data {
                match dtype.as_str() {
                    "float32" => answers.write_all(&(value as f32).to_le_bytes())?,
                    _ => answers.write_all(&value.to_le_bytes())?,
                }
            }
        }
        answers.flush()?;
    }
    Ok(())
}
